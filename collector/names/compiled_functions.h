// The functions that the Clang plugin described in one ELF file: section glimpse_functions of glimpse/wire/compiled.h.
//
// They are there when symbols and debug information are not. Distances are taken from where the sections lie in memory,
// so nothing has to be relocated. Files are hostile: a descriptor of another version, or one that points outside of
// what is loaded, is passed over; a text that does not end is absent.
//
// Threads: immutable after it was made; the file must outlive it. Failure: none; what makes no sense is left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "collector/names/elf_file.h"

namespace glimpse::collector {

struct CompiledFunction {
  std::uint64_t address = 0;  // of its code, as the file's symbols count
  bool native = false;        // carries glimpse's own instrumentation
  bool asked = false;         // the source asks for it, whatever a policy says
  std::string_view name;      // as `function` in records; empty where absent
  std::string_view module;    // the enclosing namespace; empty outside of any
  std::string_view file;
  std::uint32_t line = 0;
};

class CompiledFunctions {
 public:
  CompiledFunctions() = default;
  explicit CompiledFunctions(const ElfFile& file);

  // By address, each address once: functions that the linker folded into one go by the first that is there.
  std::size_t size() const { return entries_.size(); }
  CompiledFunction operator[](std::size_t index) const;

  // The function whose code begins at `address`.
  std::optional<CompiledFunction> at(std::uint64_t address) const;

 private:
  struct Entry {
    std::uint64_t address;     // of the code
    std::uint64_t descriptor;  // where the descriptor itself is loaded
    std::string_view bytes;    // of the descriptor
  };
  std::string_view text_at(const Entry& entry, std::size_t field) const;

  const ElfFile* file_ = nullptr;
  std::vector<Entry> entries_;
};

}  // namespace glimpse::collector
