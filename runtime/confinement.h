// A process that has given up system calls (seccomp): from then on glimpse does without all it can do without, for a
// call that the filter does not know may be the program's death.
//
//   prepared before    every ring may be written, the calling thread's shadow stacks have room for a million calls
//   left out           waking the collector (it looks by itself), thread names, giving memory in advance, new processes
//   replaced           sleeping for a full ring: by looking at it again and again
//   still called       what a new thread cannot do without: mmap, gettid, rt_sigprocmask
//
// Strict mode takes away the time stamp counter as well, and so does prctl(PR_SET_TSC): there recording stops.
//
// Known is what goes through prctl() or syscall() of libc, in programs with libglimpse.so (runtime/seccomp.cpp).
// Threads and signals: safe anywhere.
#pragma once

#include <atomic>
#include <cstdint>

namespace glimpse::runtime {

extern constinit std::atomic<bool> process_confined __attribute__((visibility("hidden")));

inline bool confined() { return process_confined.load(std::memory_order_relaxed); }

// Before a filter is set. Returns whether the process was confined already.
bool prepare_confinement();

// Before the processor refuses to tell the time: no hook does anything any more.
void stop_recording();

// The filter could not be set.
void end_confinement();

// Nanoseconds of a clock that a waiting thread measures its patience by.
std::uint64_t patience_ns();

// Waits until *word is no longer `seen`, at most about `timeout_ns`; earlier where a signal came.
void wait_for_change(const std::atomic<std::uint32_t>& word, std::uint32_t seen, std::uint64_t timeout_ns);

}  // namespace glimpse::runtime
