// The clock of the hook: the processor's time stamp counter, unserialised.
//
// Where the counter is not invariant (runtime/clock.cpp decides at start-up), every lane's epoch is kForeignEpoch,
// which no counter shows: the hook then always takes its slow path, which asks the kernel's monotonic clock instead. So
// the fallback costs the usual case nothing.
#pragma once

#include <cstdint>

namespace glimpse::runtime {

struct Ticks {
  std::uint32_t low;
  std::uint32_t high;
};

inline constexpr std::uint32_t kForeignEpoch = 0xffffffff;
// The epoch of a lane that has not yet told the reader any.
inline constexpr std::uint32_t kNoEpoch = 0xfffffffe;

inline Ticks read_tsc() {
  Ticks ticks;
  asm volatile("rdtsc" : "=a"(ticks.low), "=d"(ticks.high));
  return ticks;
}

}  // namespace glimpse::runtime
