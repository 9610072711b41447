// Notices the death of a process that is not our child: by a pidfd, which a zombie makes readable.
//
// Failure: where there is no descriptor left for a pidfd, the process is asked for by its number.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace glimpse::collector {

class ProcessWatch {
 public:
  // The process `pid` that was there at `start_monotonic_ns` (CLOCK_MONOTONIC). Where the number belongs to a younger
  // process by now, the one that is meant is dead; so is one without a number (0). `proc` is /proc, but in tests.
  ProcessWatch(pid_t pid, std::int64_t start_monotonic_ns, const std::string& proc = "/proc");
  ~ProcessWatch();
  ProcessWatch(const ProcessWatch&) = delete;
  ProcessWatch& operator=(const ProcessWatch&) = delete;

  bool dead() const;

 private:
  pid_t pid_;
  int fd_ = -1;
  bool gone_ = false;
};

}  // namespace glimpse::collector
