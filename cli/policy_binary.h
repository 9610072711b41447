// A binary's functions, as the policy commands ask about them.
//
// Threads: one. Failure: Result, with the sentence to say.
#pragma once

#include <string>
#include <vector>

#include "collector/names/function_name.h"
#include "glimpse/result.h"
#include "policy/policy.h"

namespace glimpse::cli {

struct PolicyBinary {
  std::string path;
  std::vector<collector::FunctionName> functions;  // by module, then by name
};

// `name` is a path, or a program on PATH.
Result<PolicyBinary> read_policy_binary(const std::string& name);

// What the matcher looks at; valid as long as `name` is.
policy::Function matched(const collector::FunctionName& name);

// A warning for each entry of `policy` that matches no function of `binary`, with the nearest module where one is near.
std::vector<std::string> unmatched_warnings(const policy::Policy& policy, const PolicyBinary& binary);

}  // namespace glimpse::cli
