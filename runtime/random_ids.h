// Random ids of traces and spans: never 0, and no two the same, whether two threads draw them, a handler amid another
// draw, or a process and its forked child.
//
// The kernel gives each process a seed when it attaches; each thread derives a generator of its own from it: a counter,
// mixed with a key. No lock and no system call.
//
// Threads and signals: random_id() is safe anywhere: the counter is stepped by one instruction. For names, not for
// secrets.
#pragma once

#include <cstdint>

namespace glimpse::runtime {

// For the process of that generation (runtime/process.h), once, before any of its threads draws.
void seed_ids(std::uint32_t generation);

std::uint64_t random_id();

}  // namespace glimpse::runtime
