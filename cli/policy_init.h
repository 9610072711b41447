// The policy that `glimpse policy init` writes.
#pragma once

#include <string>
#include <vector>

#include "cli/policy_binary.h"

namespace glimpse::cli {

// The outermost namespaces of `binary` with the most functions first, the standard library left out, and the binary
// itself where it has functions outside any namespace: at most twelve.
std::vector<std::string> proposed_trees(const PolicyBinary& binary);

// The text of a policy called `name` that records `package_trees`, or everything where there are none.
std::string starter_policy(const std::string& name, const std::vector<std::string>& package_trees);

}  // namespace glimpse::cli
