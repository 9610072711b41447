#include "collector/left_running.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "collector/names/binary.h"
#include "collector/process_age.h"
#include "collector/process_numbers.h"

namespace glimpse::collector {

namespace {

constexpr std::int64_t kTick_ns = 10'000'000;

// What could be read: a process may go meanwhile.
std::string text_of(const std::string& path) {
  std::string text;
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return text;
  std::array<char, 16 << 10> bytes;
  for (ssize_t length = 0; (length = read(fd, bytes.data(), bytes.size())) > 0;) {
    text.append(bytes.data(), static_cast<std::size_t>(length));
  }
  close(fd);
  return text;
}

bool has_ended(const std::string& folder) {
  const std::string stat = text_of(folder + "/stat");
  const std::size_t name_end = stat.rfind(')');
  return name_end == std::string::npos || stat.substr(name_end).starts_with(") Z");
}

// Whoever was forked from a traced process has its pages of the session.
bool shares_pages(const std::string& folder, const std::string& session_folder) {
  return text_of(folder + "/maps").find(session_folder + "/") != std::string::npos;
}

// What it was started with; exec by a traced program or by its shell.
bool was_told(const std::string& folder, const std::string& session_folder) {
  const std::string environment = '\0' + text_of(folder + "/environ");
  return environment.find(fmt::format("{}GLIMPSE_SESSION={}{}", '\0', session_folder, '\0')) != std::string::npos;
}

bool runs_instrumented(const std::string& folder) {
  std::error_code unreadable;
  const std::string path = std::filesystem::read_symlink(folder + "/exe", unreadable).string();
  const auto binary = Binary::open(path, "", {.contents = folder + "/exe", .debug_info = false});
  return binary && (*binary)->instrumented();
}

LeftRunning look_at(const std::string& folder, const std::string& session_folder) {
  if (has_ended(folder)) return LeftRunning::kNone;
  if (shares_pages(folder, session_folder)) return LeftRunning::kTraced;
  if (!was_told(folder, session_folder)) return LeftRunning::kNone;
  return runs_instrumented(folder) ? LeftRunning::kTraced : LeftRunning::kUnclear;
}

}  // namespace

LeftRunning left_running(const std::string& session_folder, std::int64_t since_monotonic_ns,
                         const std::set<pid_t>& known, const std::string& proc) {
  LeftRunning found = LeftRunning::kNone;
  for (const pid_t pid : process_numbers(proc)) {
    if (pid == getpid() || known.contains(pid)) continue;
    if (began_monotonic_ns(pid, proc) + kTick_ns < since_monotonic_ns) continue;
    found = std::max(found, look_at(fmt::format("{}/{}", proc, pid), session_folder));
    if (found == LeftRunning::kTraced) break;
  }
  return found;
}

}  // namespace glimpse::collector
