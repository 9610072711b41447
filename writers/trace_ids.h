// Trace and span ids of calls: made of what a record says anyway, so that they need no room in rings and recordings and
// are the same whoever makes them, also after a recovery.
//
// Each outermost recorded call of a stack is the root of a trace; each recorded call is a span.
// Form: W3C Trace Context, level 1, sections 3.2.2.3 and 3.2.2.4: 16 and 8 bytes, never all zero.
// Mixing: SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014).
//
// Threads: nothing here keeps anything.
#pragma once

#include <cstdint>

namespace glimpse::writers {

struct TraceId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  bool operator==(const TraceId&) const = default;
  constexpr explicit operator bool() const { return (high | low) != 0; }
};

constexpr std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
  value = (value ^ value >> 27) * 0x94d049bb133111eb;
  return value ^ value >> 31;
}

// `seed` is the process record's; 0 where `call_id` is 0, which is no call.
constexpr std::uint64_t span_id(std::uint64_t seed, std::uint32_t pid, std::uint64_t call_id) {
  if (call_id == 0) return 0;
  const std::uint64_t id = mixed(mixed(seed ^ pid) ^ call_id);
  return id != 0 ? id : 1;
}

constexpr TraceId trace_id(std::uint64_t seed, std::uint32_t pid, std::uint64_t root_call_id) {
  const std::uint64_t process = mixed(seed ^ pid);
  const std::uint64_t low = mixed(process + ~root_call_id);
  return {mixed(process ^ mixed(root_call_id)), low != 0 ? low : 1};
}

}  // namespace glimpse::writers
