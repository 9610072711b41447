// Whether one compiled function is traced: what both modes ask of every function that there is code for.
//
// Threads: one, the compiler's. Failure: none.
#pragma once

#include <llvm/IR/Function.h>

#include <string>

#include "plugin/unit.h"

namespace glimpse::plugin {

struct Choice {
  bool traced = false;
  const FunctionFacts* facts = nullptr;  // null where no declaration was seen
  std::string name;                      // as records have it
  std::string name_space;                // where no declaration was seen: what the symbol says, as far as it tells
  std::string why;                       // for the report
};

// Whether the symbol has a number that a mangler gave a lambda or an unnamed type in the order it met them: Clang's and
// ours may have met them in another order, so that the declaration is not found by the symbol.
inline bool is_numbered(const llvm::Function& function) {
  return function.getName().find("$_") != llvm::StringRef::npos;
}

// `function` has a body.
Choice choose(const Unit& unit, const llvm::Function& function);

}  // namespace glimpse::plugin
