#include "policy/discovery.h"

#include <filesystem>
#include <system_error>

#include "policy/parser.h"

namespace glimpse::policy {
namespace fs = std::filesystem;

std::optional<std::string> find_policy(const std::string& directory) {
  std::error_code error;
  fs::path folder = fs::absolute(directory, error).lexically_normal();
  if (error || directory.empty()) return std::nullopt;
  for (;;) {
    const fs::path candidate = folder / kPolicyFileName;
    // A link that leads nowhere and a file behind a closed door count as found: reading then says what is wrong.
    const fs::file_status status = fs::symlink_status(candidate, error);
    if (fs::exists(status)) return candidate.string();
    if (folder == folder.parent_path()) return std::nullopt;
    folder = folder.parent_path();
  }
}

std::string discover_path(const std::string& explicit_path, const std::vector<std::string>& start_directories) {
  if (!explicit_path.empty()) return explicit_path;
  for (const std::string& directory : start_directories) {
    if (std::optional<std::string> found = find_policy(directory)) return *found;
  }
  return {};
}

Result<Policy> discover(const std::string& explicit_path, const std::vector<std::string>& start_directories) {
  const std::string path = discover_path(explicit_path, start_directories);
  if (path.empty()) return built_in_policy();
  std::error_code error;
  if (explicit_path.empty() && !fs::is_directory(path, error) && !fs::is_regular_file(path, error) &&
      fs::exists(path, error)) {
    return Error{path + ": cannot read the policy: not a regular file"};
  }
  return load(path);
}

}  // namespace glimpse::policy
