// Processes that a program left running, and that have not announced themselves in its session: a daemon that was
// forked and has called nothing traced yet, a program that a shell is about to run in the background.
//
// Threads: any. Failure: what may not be looked at (another user's process) is not seen.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <set>
#include <string>

namespace glimpse::collector {

enum class LeftRunning {
  kNone,
  kUnclear,  // were told of the session, but run nothing instrumented: most never will
  kTraced,   // forked from a traced process, or run an instrumented program
};

// Looks at the processes that began after `since_monotonic_ns`, but for `known` ones; costs tens of microseconds for
// each of them. `proc` is /proc, but in tests.
LeftRunning left_running(const std::string& session_folder, std::int64_t since_monotonic_ns,
                         const std::set<pid_t>& known, const std::string& proc = "/proc");

}  // namespace glimpse::collector
