// Policy text -> Policy.
//
// Every error names file, line and column, what is wrong and what is allowed, and the nearest valid word where one is
// near. A text with one error yields no policy; nothing is ignored. docs/policy.md is the format, for users.
//
// Threads: pure functions; load() and check_file() read a file. Failure: Error, or the lists of a Report.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/result.h"
#include "policy/policy.h"

namespace glimpse::policy {

inline constexpr std::size_t kMaxPolicyBytes = std::size_t{4} << 20;

// Everything there is to say about a policy text, in the order of the text.
struct Report {
  Policy policy;  // to be used only where there are no errors
  std::vector<Error> errors;
  std::vector<Error> warnings;  // what is allowed but surely not meant
};

// `path` stands in front of every message and in the policy.
Report check(std::string_view text, const std::string& path);
Report check_file(const std::string& path);

// The policy, or the first error.
Result<Policy> parse(std::string_view text, const std::string& path);
Result<Policy> load(const std::string& path);

}  // namespace glimpse::policy
