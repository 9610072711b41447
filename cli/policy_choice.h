// The policy that is in force for a program.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "glimpse/options.h"
#include "glimpse/result.h"
#include "policy/policy.h"

namespace glimpse::cli {

// Where a policy is looked for, in this order: the working directory, the folder of `program` (may be empty).
std::vector<std::string> policy_start_folders(const std::filesystem::path& program);

// The file that --policy or GLIMPSE_POLICY names, else the nearest glimpse-policy.json walking up from the working
// directory, then from `program`; else the built-in policy. A file that cannot be read or is malformed is an Error.
Result<policy::Policy> choose_policy(const Options& options, const std::filesystem::path& program);

}  // namespace glimpse::cli
