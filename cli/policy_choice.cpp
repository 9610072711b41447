#include "cli/policy_choice.h"

#include "policy/discovery.h"

namespace glimpse::cli {

Result<policy::Policy> choose_policy(const Options& options, const std::filesystem::path& executable) {
  std::error_code failure;
  std::vector<std::string> starts;
  if (const auto here = std::filesystem::current_path(failure); !failure) starts.push_back(here.string());
  // A symbolic link in /usr/bin says less about where a program lives than what it points to.
  if (const auto real = std::filesystem::canonical(executable, failure); !failure) {
    starts.push_back(real.parent_path().string());
  }
  return policy::discover(options.policy, starts);
}

}  // namespace glimpse::cli
