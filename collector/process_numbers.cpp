#include "collector/process_numbers.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace glimpse::collector {

namespace fs = std::filesystem;

namespace {

// The process's number in its innermost namespace: the last of `NSpid:` in its status; 0 where it has gone.
pid_t innermost_number(const std::string& process_folder) {
  std::ifstream status(process_folder + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("NSpid:", 0) != 0) continue;
    std::istringstream numbers(line.substr(6));
    pid_t last = 0;
    for (pid_t number = 0; numbers >> number;) last = number;
    return last;
  }
  return 0;
}

bool is_number(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

std::vector<pid_t> process_numbers(const std::string& proc) {
  std::vector<pid_t> numbers;
  std::error_code error;
  for (fs::directory_iterator at(proc, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (is_number(name)) numbers.push_back(static_cast<pid_t>(std::strtol(name.c_str(), nullptr, 10)));
  }
  return numbers;
}

std::uint64_t pid_namespace_of(const std::string& process_folder) {
  std::error_code error;
  const std::string link = fs::read_symlink(process_folder + "/ns/pid", error).string();  // pid:[4026531836]
  const std::size_t digits = link.find('[');
  return error || digits == std::string::npos ? 0 : std::strtoull(link.c_str() + digits + 1, nullptr, 10);
}

pid_t number_here(pid_t pid, std::uint64_t pid_namespace, const std::string& proc) {
  if (pid_namespace == 0 || pid_namespace == pid_namespace_of(proc + "/self")) return pid;
  for (const pid_t number : process_numbers(proc)) {
    const std::string folder = fmt::format("{}/{}", proc, number);
    if (pid_namespace_of(folder) == pid_namespace && innermost_number(folder) == pid) return number;
  }
  return 0;
}

}  // namespace glimpse::collector
