// Which policy is in force: the one that was named, else the nearest file, else the built-in one.
//
// Threads: reads the file system; otherwise pure. Failure: a named file that cannot be read, and a found file that
// cannot be read or has an error, give an Error: a policy that is there is never passed over.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "glimpse/result.h"
#include "policy/policy.h"

namespace glimpse::policy {

inline constexpr const char* kPolicyFileName = "glimpse-policy.json";

// The nearest glimpse-policy.json in `directory` and the folders above it.
std::optional<std::string> find_policy(const std::string& directory);

// `explicit_path`: the value of --policy or GLIMPSE_POLICY; empty searches from each of `start_directories` in turn,
// upwards: the working directory, then the executable's (for the plugin, the source file's).
Result<Policy> discover(const std::string& explicit_path, const std::vector<std::string>& start_directories);

// The path that discover() would load; empty for the built-in policy.
std::string discover_path(const std::string& explicit_path, const std::vector<std::string>& start_directories);

}  // namespace glimpse::policy
