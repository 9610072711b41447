// The policy that an object was compiled with, left in the object: include/glimpse/wire/compiled.h has the layout.
#pragma once

#include <llvm/IR/Module.h>

#include "plugin/unit.h"

namespace glimpse::plugin {

// Objects with the same policy share one copy when they are linked.
void add_policy_section(llvm::Module& module, const Unit& unit);

}  // namespace glimpse::plugin
