// What a policy says before the program is linked, when nobody knows yet what binary a function will be in.
//
// Functions outside any namespace belong to their binary. Where its name is not known, a function is kept as long as
// any name could have it recorded: the collector, which knows the name, decides again.
//
// Threads: pure functions. Failure: none.
#pragma once

#include <string_view>

#include "policy/policy.h"

namespace glimpse::policy {

// Why the function called `name`, outside any namespace, is kept or not. `binary` is empty where it is not known.
Verdict explain_outside_namespaces(const Policy& policy, std::string_view name, std::string_view binary);

// The same for a function in the namespace `module`. Symbols do not tell the namespace of `c_linkage`: it is then kept
// where a function outside any namespace would be.
Verdict explain_unlinked(const Policy& policy, std::string_view name, std::string_view module, bool c_linkage);

// What rules may want of the function called `name` in the namespace `module`, or outside any where that is empty.
Capture capture_unlinked(const Policy& policy, std::string_view name, std::string_view module, std::string_view binary,
                         bool c_linkage);

// Whether some function in the namespace `path`, or in one below it, may be recorded. False is certain.
bool may_record_below(const Policy& policy, std::string_view path);

}  // namespace glimpse::policy
