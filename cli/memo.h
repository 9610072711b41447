// What a session keeps of how it was started, so that `glimpse recover` makes the same records of the rest of it: the
// output file, the policy, the fields.
//
// A memo is variables as the environment would have them, each closed by a zero byte, with paths from the root.
#pragma once

#include <string>
#include <string_view>

#include "cli/config.h"
#include "glimpse/options.h"
#include "policy/policy.h"

namespace glimpse::cli {

std::string write_memo(const Options& options, const policy::Policy& policy);
Variables read_memo(std::string_view memo);

}  // namespace glimpse::cli
