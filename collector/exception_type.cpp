#include "collector/exception_type.h"

#include <llvm/Demangle/Demangle.h>

#include <cstdlib>

namespace glimpse::collector {

std::string exception_type(std::string_view mangled) {
  char* text = llvm::itaniumDemangle(mangled);  // takes types as well as symbols
  if (text == nullptr) return std::string(mangled);
  std::string name(text);
  std::free(text);
  return name;
}

}  // namespace glimpse::collector
