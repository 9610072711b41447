#include "collector/process_watch.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "collector/process_age.h"

namespace glimpse::collector {

namespace {

constexpr std::int64_t kSecond_ns = 1'000'000'000;

bool is_younger(pid_t pid, std::int64_t start_monotonic_ns, const std::string& proc) {
  return began_monotonic_ns(pid, proc) > start_monotonic_ns + kSecond_ns;
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
