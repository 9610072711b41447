// One word in a ring: a plain event, or the header of a longer record.
//
//   63                    32 31                3 2    0
//  +------------------------+-------------------+------+
//  | low half of the clock  | function id       | kind |   kStart, kEnd
//  +------------------------+-------------------+------+
//  | low half of the clock  | words    | type   | kind |   kRecord: `words` payload words follow, see wire/record.h
//  +------------------------+-------------------+------+
//                            31      11 10    3
//
// The high half of the clock, the epoch, is written once by a RecordType::kEpoch record whenever it changes, about
// every two seconds, and at the start of every ring. Composed by shifts: one store.
#pragma once

#include <cstdint>

namespace glimpse::wire {

enum class EventKind : std::uint32_t { kNone = 0, kStart = 1, kEnd = 2, kRecord = 3 };

inline constexpr unsigned kKindBits = 3;
inline constexpr unsigned kFunctionBits = 29;

// Function ids are handed out by the traced process, 1, 2, 3 …; 0 is never a function.
using FunctionId = std::uint32_t;

constexpr std::uint64_t pack_event(FunctionId function, EventKind kind, std::uint32_t clock_low) {
  return (std::uint64_t{clock_low} << 32) | (function << kKindBits) | static_cast<std::uint32_t>(kind);
}

constexpr EventKind event_kind(std::uint64_t word) {
  return static_cast<EventKind>(static_cast<std::uint32_t>(word) & ((1u << kKindBits) - 1));
}

constexpr FunctionId event_function(std::uint64_t word) { return static_cast<std::uint32_t>(word) >> kKindBits; }

constexpr std::uint32_t event_clock_low(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }

static_assert(event_function(pack_event(7, EventKind::kEnd, 9)) == 7);
static_assert(event_kind(pack_event(7, EventKind::kEnd, 9)) == EventKind::kEnd);
static_assert(event_clock_low(pack_event(7, EventKind::kEnd, 9)) == 9);

}  // namespace glimpse::wire
