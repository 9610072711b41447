// The names in one ELF file: executable or shared library.
//
// The symbol tables (.symtab and .dynsym; a separate debug file found by build-id or .gnu_debuglink adds its own) are
// sorted when the first name is asked for. Debug information is read compilation unit by compilation unit, when a
// function in it is first asked for. What the Clang plugin left in the file goes before both. Nothing is guessed: an
// address outside every symbol's [start, start + size) has no name.
//
// Threads: one thread uses a Binary. Failure: a file that cannot be read gives an Error; the caller then names its
// functions `module+0x1234` with unknown_name().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collector/names/compiled_policies.h"
#include "collector/names/function_name.h"
#include "glimpse/result.h"

namespace glimpse::collector {

// Where to look, for tests and for what has no use for debug information.
struct NameSources {
  std::string contents;  // where the file can be opened now, if not at its path: it was unlinked, or replaced
  std::string debug_root = "/usr/lib/debug";  // separate debug files
  bool debug_info = true;                     // read DWARF
};

class Binary {
 public:
  // `path` as the process mapped it; `build_id` in lower-case hex, empty where not known. A file whose own build-id
  // differs from `build_id` was replaced since it was mapped: that is an Error.
  static Result<std::unique_ptr<Binary>> open(const std::string& path, std::string_view build_id,
                                              const NameSources& sources = {});
  virtual ~Binary() = default;

  // The function at `address`, a virtual address as the file's symbols count it (run-time address minus load bias).
  virtual FunctionName function_at(std::uint64_t address) = 0;

  // The function that has the instruction at `address`, and how far into it that is; its file and line are the
  // instruction's own.
  virtual FunctionName code_at(std::uint64_t address, std::uint64_t& offset) = 0;

  // All functions that have symbols or were described by the plugin, by address, each once, until `visit` returns
  // false. Each is named when its turn comes. Clones (`.cold`) are part of their function; stubs of other binaries'
  // functions are left out.
  virtual void each_function(const std::function<bool(FunctionName)>& visit) = 0;
  // The same in one list.
  std::vector<FunctionName> functions();

  // False where surely no function of this file is in a namespace, or has an identifier, with `word` in it. The names
  // that the C++ ABI abbreviates (those of `std`, types, operators) and unnamed namespaces are not words to ask for.
  virtual bool may_name(std::string_view word) const = 0;

  // Whether the file calls __cyg_profile_func_enter (or has the undefined symbol), or carries glimpse's own
  // instrumentation: for `glimpse doctor`.
  virtual bool instrumented() = 0;
  // What the Clang plugin left in it.
  struct Compiled {
    std::size_t functions = 0;             // described, of which so many
    std::size_t native = 0;                // carry glimpse's own instrumentation
    std::size_t asked = 0;                 // are asked for by the source
    std::vector<CompiledPolicy> policies;  // that it was built by
  };
  virtual Compiled compiled() = 0;
  // Whether exceptions can be thrown and caught within the file unseen: it carries C++ library and unwinder, and nobody
  // told the linker to let us look on. False where the symbols that tell it were stripped.
  virtual bool hides_exceptions() const = 0;
  virtual bool has_symtab() const = 0;
  virtual bool has_debug_info() const = 0;
};

// The module name of a binary: `libz.so.1.2.13` is `libz`, `/usr/bin/ninja` is `ninja`.
std::string binary_module(std::string_view path);

// The name of an address that no symbol covers.
FunctionName unknown_name(std::string_view path, std::uint64_t address);

}  // namespace glimpse::collector
