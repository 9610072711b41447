#include "policy/policy.h"

namespace glimpse::policy {

Verdict Policy::explain(const Function& function) const {
  if (function.asked) return {.recorded = true, .reason = Reason::kAsked};
  return Matcher::explain(function);
}

Capture Policy::capture(const Function& function) const {
  Capture wanted;
  for (const Rule& rule : rules) {
    if (!rule.decide(function)) continue;
    wanted.args = wanted.args || rule.capture.args;
    wanted.result = wanted.result || rule.capture.result;
  }
  return wanted;
}

std::string_view Policy::label(const Function& function) const {
  std::string_view label;
  for (const Rule& rule : rules) {
    if (!rule.label.empty() && rule.decide(function)) label = rule.label;
  }
  return label;
}

Policy built_in_policy() { return {}; }

}  // namespace glimpse::policy
