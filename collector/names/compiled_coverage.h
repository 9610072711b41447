// Whether a binary can serve the policy in force: it cannot where the Clang plugin compiled it by a narrower one.
//
// Threads: one, that uses the binary. Failure: a compiled policy that cannot be read says nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collector/names/binary.h"
#include "policy/policy.h"

namespace glimpse::collector {

// The policies that `binary` was compiled by, as far as they can be read.
std::vector<policy::Policy> policies_of(Binary& binary);

// One sentence that names what `binary`, at `path`, surely cannot record of what `in_force` asks for, and what to do;
// empty where there is nothing to say. Says nothing where no policy file is in force: then nobody asked.
std::string missing_of(Binary& binary, std::string_view path, const policy::Policy& in_force);

}  // namespace glimpse::collector
