// A policy on its way from `glimpse ctl` to the collector of a running session, as a file in the session's folder.
//
// Threads: any; who hands over last wins. Failure: an Error says which file, and why.
#pragma once

#include <string>

#include "glimpse/result.h"
#include "policy/policy.h"

namespace glimpse::collector {

// `path` is where `text` came from: absolute, for messages and records.
Result<void> hand_policy_over(const std::string& session, const std::string& path, const std::string& text);

// The one handed over last.
Result<policy::Policy> policy_handed_over(const std::string& session);

}  // namespace glimpse::collector
