#include "collector/process_watch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>
#include <string>

namespace glimpse::collector {

namespace {

constexpr std::int64_t kSecond_ns = 1'000'000'000;

std::int64_t clock_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * kSecond_ns + now.tv_nsec;
}

// When the process began, on CLOCK_BOOTTIME; 0 where it cannot be told. proc(5), field 22 of /proc/PID/stat, behind the
// command's name, which may hold anything.
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

bool is_younger(pid_t pid, std::int64_t start_monotonic_ns, const std::string& proc) {
  // The clocks drift apart while the machine sleeps: now by as much as ever.
  const std::int64_t slept_ns = clock_ns(CLOCK_BOOTTIME) - clock_ns(CLOCK_MONOTONIC);
  return began_boottime_ns(pid, proc) > start_monotonic_ns + slept_ns + kSecond_ns;
}

}  // namespace

ProcessWatch::ProcessWatch(pid_t pid, std::int64_t start_monotonic_ns, const std::string& proc)
    : pid_(pid), fd_(pid > 0 ? static_cast<int>(syscall(SYS_pidfd_open, pid, 0)) : -1) {
  gone_ = pid <= 0 || (fd_ < 0 && errno == ESRCH) || is_younger(pid, start_monotonic_ns, proc);
}

ProcessWatch::~ProcessWatch() {
  if (fd_ >= 0) close(fd_);
}

bool ProcessWatch::dead() const {
  if (gone_) return true;
  if (fd_ < 0) return kill(pid_, 0) != 0 && errno == ESRCH;
  pollfd poll_fd{fd_, POLLIN, 0};
  return poll(&poll_fd, 1, 0) > 0;
}

}  // namespace glimpse::collector
