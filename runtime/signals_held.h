// Holds back signal handlers of the calling thread for a short time: around what a handler must not see half done, and
// what cannot be done twice. Signals that the thread itself causes (a fault, a trap of a debugger) still come.
//
// Costs two system calls: for slow paths that each thread takes once or twice.
#pragma once

#include <signal.h>

#include <cstdint>

#include "runtime/syscalls.h"

namespace glimpse::runtime {

class SignalsHeld {
 public:
  SignalsHeld() { raw_syscall(__NR_rt_sigprocmask, SIG_BLOCK, as_long(&kHeld), as_long(&before_), sizeof(before_)); }
  ~SignalsHeld() { raw_syscall(__NR_rt_sigprocmask, SIG_SETMASK, as_long(&before_), 0, sizeof(before_)); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  static constexpr std::uint64_t kOne = 1;
  static constexpr std::uint64_t kHeld =
      ~(kOne << (SIGSEGV - 1) | kOne << (SIGBUS - 1) | kOne << (SIGFPE - 1) | kOne << (SIGILL - 1) |
        kOne << (SIGTRAP - 1) | kOne << (SIGSYS - 1) | kOne << (SIGABRT - 1));
  std::uint64_t before_ = 0;
};

}  // namespace glimpse::runtime
