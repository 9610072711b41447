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
  std::string why;                       // for the report
};

// `function` has a body.
Choice choose(const Unit& unit, const llvm::Function& function);

}  // namespace glimpse::plugin
