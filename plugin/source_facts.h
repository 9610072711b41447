// The AST half: what the source says about each function that may be compiled, and what the policy says of it.
//
// Functions are found by walking declarations, never bodies: lambdas and local classes are declared in the function
// around them, and instantiations are listed by their templates. System headers' namespaces that the policy cannot want
// anything of are passed over whole, so that the standard library costs nothing.
#pragma once

#include <clang/AST/ASTContext.h>

#include "plugin/unit.h"

namespace glimpse::plugin {

// Fills in unit.facts. To be called when the unit is complete and before code is generated for what is left of it.
void collect_facts(clang::ASTContext& context, Unit& unit);

}  // namespace glimpse::plugin
