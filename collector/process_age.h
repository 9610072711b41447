// When a process began, by /proc.
//
// Threads: any.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace glimpse::collector {

// On CLOCK_MONOTONIC, in nanoseconds, exact to one clock tick of the kernel (10 ms); 0 where it cannot be told. `proc`
// is /proc, but in tests.
std::int64_t began_monotonic_ns(pid_t pid, const std::string& proc = "/proc");

}  // namespace glimpse::collector
