// What a function is called, and where it belongs.
#pragma once

#include <cstdint>
#include <string>

namespace glimpse::collector {

struct FunctionName {
  std::string name;    // demangled with namespaces and parameter types; `libfoo+0x1234` outside every symbol
  std::string module;  // the enclosing namespace (never a class), or the binary's name outside any namespace
  bool module_is_binary = false;
  std::string file;  // of the declaration, from the Clang plugin or debug information; empty where not known
  std::uint32_t line = 0;
  bool asked = false;  // the source asks for it by an attribute, whatever a policy says
};

}  // namespace glimpse::collector
