#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <cpuid.h>

#include "runtime/clock.h"
#include "runtime/hot/clock.h"
#include "runtime/process.h"
#include "runtime/settings.h"
#include "runtime/syscalls.h"

namespace glimpse::runtime {

namespace {

std::int64_t read_ns(int clock) {
  timespec now{};
  sys_clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// AMD64 Architecture Programmer's Manual, CPUID Fn8000_0007_EDX[8]; Intel SDM vol. 3B, "Invariant TSC".
bool processor_promises_invariant_tsc() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid(0x80000007, &eax, &ebx, &ecx, &edx) == 0) return false;
  return (edx & (1u << 8)) != 0;
}

std::uint64_t joined(Ticks ticks) { return (std::uint64_t{ticks.high} << 32) | ticks.low; }

}  // namespace

void choose_clock() { process.tsc = processor_promises_invariant_tsc() && !monotonic_clock_wanted(); }

std::uint64_t read_ticks() {
  return process.tsc ? joined(read_tsc()) : static_cast<std::uint64_t>(read_ns(CLOCK_MONOTONIC));
}

void start_clock(wire::ProcessHeader& header) {
  header.clock = process.tsc ? wire::ClockKind::kTsc : wire::ClockKind::kMonotonic;
  const std::uint64_t before = read_ticks();
  header.start_monotonic_ns = read_ns(CLOCK_MONOTONIC);
  const std::uint64_t after = read_ticks();
  header.start_realtime_ns = read_ns(CLOCK_REALTIME);
  const std::int64_t later_ns = read_ns(CLOCK_MONOTONIC);
  header.start_realtime_ns -= (later_ns - header.start_monotonic_ns) / 2;
  header.start_ticks = before + (after - before) / 2;
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
