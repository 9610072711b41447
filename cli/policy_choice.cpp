#include "cli/policy_choice.h"

#include "policy/discovery.h"

namespace glimpse::cli {

std::vector<std::string> policy_start_folders(const std::filesystem::path& program) {
  std::error_code failure;
  std::vector<std::string> starts;
  if (const auto here = std::filesystem::current_path(failure); !failure) starts.push_back(here.string());
  if (program.empty()) return starts;
  // A symbolic link in /usr/bin says less about where a program lives than what it points to.
  if (const auto real = std::filesystem::canonical(program, failure); !failure) {
    starts.push_back(real.parent_path().string());
  }
  return starts;
}

Result<policy::Policy> choose_policy(const Options& options, const std::filesystem::path& program) {
  return policy::discover(options.policy, policy_start_folders(program));
}

}  // namespace glimpse::cli
