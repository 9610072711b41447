#include "policy/policy.h"

namespace glimpse::policy {

Policy built_in_policy() {
  return {};
}

Verdict Policy::explain(const Function&) const {
  return {.recorded = true};
}

}  // namespace glimpse::policy
