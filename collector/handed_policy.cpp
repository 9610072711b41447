#include "collector/handed_policy.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "glimpse/wire/session_file.h"
#include "policy/parser.h"

namespace glimpse::collector {

namespace {

std::string file_in(const std::string& session) { return session + "/" + wire::kPolicyFileName; }

}  // namespace

Result<void> hand_policy_over(const std::string& session, const std::string& path, const std::string& text) {
  const std::string fresh = fmt::format("{}-{}", file_in(session), getpid());
  {
    std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
    file << path << '\n' << text;
    file.flush();
    if (!file) {
      const Error error{fmt::format("{}: {}", fresh, std::strerror(errno))};
      unlink(fresh.c_str());
      return error;
    }
  }
  std::error_code failure;
  std::filesystem::rename(fresh, file_in(session), failure);
  if (failure) return Error{fmt::format("{}: {}", fresh, failure.message())};
  return {};
}

Result<policy::Policy> policy_handed_over(const std::string& session) {
  std::ifstream file(file_in(session), std::ios::binary);
  std::string path;
  if (!std::getline(file, path)) return Error{fmt::format("{}: cannot be read", file_in(session))};
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return policy::parse(text, path);
}

}  // namespace glimpse::collector
