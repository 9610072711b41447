// Which function symbol covers an address.
//
// All tables of a binary (.symtab, .dynsym, those of its debug file) become one list sorted by address in which each
// address stands once, under its canonical name. Names stay where the file has them and are demangled by whoever
// asks, so a million symbols cost a sort, 24 bytes each, and nothing per name.
//
//   address   [ a        )[ b  [ inner )   )      a, b, inner have sizes; the innermost that covers wins
//             ^ zero: a symbol of size zero (assembly) names its own address only
//
// Threads: immutable after finish(). Failure: none; symbols that make no sense are left out.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "collector/names/elf_file.h"

namespace glimpse::collector {

struct Symbol {
  std::uint64_t start = 0;
  std::uint64_t size = 0;
  std::string_view name;  // as mangled, in the file's mapping
  bool stub = false;      // this executable's stand-in for a function defined elsewhere
};

class SymbolTable {
 public:
  // Adds the functions of a table, whose mapping must outlive this.
  void add(const ElfFile::SymbolTable& table);
  // Sorts and chooses names. Call once, after the last add().
  void finish();

  std::size_t size() const { return entries_.size(); }
  Symbol operator[](std::size_t index) const;

  // The index of the symbol that covers `address`, or kNone.
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t find(std::uint64_t address) const;

 private:
  struct Entry {
    std::uint64_t start;
    std::uint32_t size;       // at most 4 GiB: larger ones make no sense
    std::uint32_t name;       // offset into the strings of its table
    std::uint32_t enclosing;  // the nearest entry before this one that ends after this one's start
    std::uint8_t table;
    std::uint8_t binding;
    bool stub;
  };
  static_assert(sizeof(Entry) == 24);
  std::string_view name_of(const Entry& entry) const;
  bool better(const Entry& a, const Entry& b) const;

  std::vector<ElfFile::SymbolTable> tables_;
  std::vector<Entry> entries_;
};

}  // namespace glimpse::collector
