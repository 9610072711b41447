// One ELF file, mapped and read with every offset checked.
//
// A file is whatever somebody left on a disk: truncated, half written, hostile. Nothing outside the mapping is read and
// no count is believed; a table that does not fit is taken as absent. Only what naming needs is here: symbol tables,
// notes, the two sections that lead to a separate debug file, and what the Clang plugin left.
//
// Threads: immutable after open(). Failure: open() gives an Error; everything else gives an empty answer.
#pragma once

#include <elf.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/result.h"

namespace glimpse::collector {

class ElfFile {
 public:
  // `contents` is where the bytes are found where they are no longer at `path`.
  static Result<std::unique_ptr<ElfFile>> open(const std::string& path, const std::string& contents = {});
  ~ElfFile();
  ElfFile(const ElfFile&) = delete;
  ElfFile& operator=(const ElfFile&) = delete;

  const std::string& path() const { return path_; }
  // What to open to read the same bytes once more.
  const std::string& contents() const { return contents_.empty() ? path_ : contents_; }

  // A symbol table with its strings. Entries are Elf64_Sym, unaligned: read them with symbol().
  struct SymbolTable {
    std::string_view entries;
    std::string_view strings;
    std::size_t size() const { return entries.size() / sizeof(Elf64_Sym); }
    Elf64_Sym symbol(std::size_t index) const;
    // Up to the NUL, or the end of the strings; without the version that .symtab appends (`memcpy@@GLIBC_2.14`).
    std::string_view name(std::uint32_t offset) const;
  };
  SymbolTable symtab() const { return symbols(SHT_SYMTAB); }
  SymbolTable dynsym() const { return symbols(SHT_DYNSYM); }

  // NT_GNU_BUILD_ID in lower-case hex; empty where there is none.
  std::string build_id() const;

  // What .gnu_debuglink says; an empty name where there is none.
  struct DebugLink {
    std::string name;
    std::uint32_t crc = 0;
  };
  DebugLink debug_link() const;

  // Whether a section of this name has bytes in this file.
  bool has_section(std::string_view name) const;

  // The bytes of each section of this name, and the virtual address they are loaded at.
  struct Section {
    std::string_view bytes;
    std::uint64_t address = 0;
  };
  std::vector<Section> sections(std::string_view name) const;

  // What the file has for the virtual address `address`, up to the end of its segment; empty where it has nothing.
  std::string_view loaded_at(std::uint64_t address) const;

  // Whether the dynamic section names a library (DT_SONAME).
  bool is_library() const;

  // False where `word` surely stands in no name in the file: it does not occur in any byte, and nothing is compressed.
  bool may_mention(std::string_view word) const;

  // The whole file, for its CRC.
  std::string_view bytes() const { return bytes_; }

 private:
  ElfFile() = default;
  std::string_view slice(std::uint64_t offset, std::uint64_t size) const;
  std::string_view bytes_of(const Elf64_Shdr& section) const;
  SymbolTable symbols(std::uint32_t type) const;
  void read_headers(const Elf64_Ehdr& header);

  std::string path_;
  std::string contents_;
  std::string_view bytes_;
  std::vector<Elf64_Shdr> sections_;
  std::vector<Elf64_Phdr> segments_;
  std::string_view section_names_;
};

}  // namespace glimpse::collector
