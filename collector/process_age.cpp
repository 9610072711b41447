#include "collector/process_age.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <sstream>

namespace glimpse::collector {

namespace {

constexpr std::int64_t kSecond_ns = 1'000'000'000;

std::int64_t clock_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * kSecond_ns + now.tv_nsec;
}

// On CLOCK_BOOTTIME. proc(5), field 22 of /proc/PID/stat, behind the command's name, which may hold anything.
std::int64_t began_boottime_ns(pid_t pid, const std::string& proc) {
  const int fd = open(fmt::format("{}/{}/stat", proc, pid).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  char bytes[1024];
  const ssize_t length = read(fd, bytes, sizeof(bytes));  // ESRCH where the process has gone meanwhile
  close(fd);
  const std::string text(bytes, length > 0 ? static_cast<std::size_t>(length) : 0);
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 22; ++field) fields >> skipped;
  std::int64_t ticks = 0;
  fields >> ticks;
  const long ticks_per_second = sysconf(_SC_CLK_TCK);
  return fields && ticks_per_second > 0 ? ticks * (kSecond_ns / ticks_per_second) : 0;
}

}  // namespace

std::int64_t began_monotonic_ns(pid_t pid, const std::string& proc) {
  const std::int64_t began_ns = began_boottime_ns(pid, proc);
  // The clocks drift apart while the machine sleeps: now by as much as ever.
  return began_ns == 0 ? 0 : began_ns - (clock_ns(CLOCK_BOOTTIME) - clock_ns(CLOCK_MONOTONIC));
}

}  // namespace glimpse::collector
