// The policy that is in force for a program.
#pragma once

#include <filesystem>

#include "glimpse/options.h"
#include "glimpse/result.h"
#include "policy/policy.h"

namespace glimpse::cli {

// The file that --policy or GLIMPSE_POLICY names, else the nearest glimpse-policy.json walking up from the working
// directory, then from `executable`; else the built-in policy. A file that cannot be read or is malformed is an Error.
Result<policy::Policy> choose_policy(const Options& options, const std::filesystem::path& executable);

}  // namespace glimpse::cli
