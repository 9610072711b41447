// Where a function is declared and what scopes lie around it, by DWARF.
//
// Read by libdw, one compilation unit at a time, when a function in it is first asked for. DWARF 4 and 5, compressed
// sections, shared partial units (dwz) and split units that are at hand are all libdw's. Addresses are the file's.
//
// Threads: one uses a DebugInfo. Failure: what cannot be read is not known; nothing is ever fetched from a server.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace glimpse::collector {

struct Declaration {
  std::string symbol;  // linkage name, or the plain name where there is none
  std::string file;    // absolute, or as the compiler was told where that is not known
  std::uint32_t line = 0;
  std::vector<std::string> namespaces;  // outermost first; `(anonymous namespace)`
  bool scoped = false;                  // stands in a namespace, class or function. gcc's -g1 tells no scopes at all
};

// Where an instruction comes from.
struct SourceLine {
  std::string file;  // as Declaration has it
  std::uint32_t line = 0;
};

class DebugInfo {
 public:
  // Null where the file has none. `path` is the binary or its separate debug file.
  static std::unique_ptr<DebugInfo> open(const std::string& path);
  virtual ~DebugInfo() = default;

  // The function that has code at `address`; without a symbol where only the line of the code is known.
  virtual std::optional<Declaration> function_at(std::uint64_t address) = 0;

  // The line that the instruction at `address` was compiled from.
  virtual std::optional<SourceLine> line_at(std::uint64_t address) = 0;
};

}  // namespace glimpse::collector
