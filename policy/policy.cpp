#include "policy/policy.h"

namespace glimpse::policy {

Policy built_in_policy() { return {}; }

}  // namespace glimpse::policy
