#include "cli/policy_choice.h"

namespace glimpse::cli {

Result<policy::Policy> choose_policy(const Options&, const std::filesystem::path&) { return policy::built_in_policy(); }

}  // namespace glimpse::cli
