// The policy of a translation unit: found as docs/policy.md says, read once, and told to Clang.
//
// Clang hears of the file as of one that `__has_include` found, so that it stands in the `.d` file and a change of the
// policy rebuilds what was built with it.
//
// Failure: a policy that cannot be read, or has errors, becomes Clang's errors, at the policy's own lines; the
// compilation then fails.
#pragma once

#include <clang/Frontend/CompilerInstance.h>

#include "plugin/unit.h"

namespace glimpse::plugin {

// Fills in the unit's policy. False where there were errors, which have been reported.
bool read_policy(clang::CompilerInstance& compiler, Unit& unit);

}  // namespace glimpse::plugin
