// The tables, indexes and views of a database: docs/sqlite.md says what they mean to users.
//
// What ends in _row is how records lie there, small and quick to write; the views have the names and values of the JSON
// lines. A call is one row, whether it came as START and END or as one record.
#pragma once

#include <bit>
#include <cstdint>
#include <string>

namespace glimpse::writers::sqlite {

// What tells our databases from others' (PRAGMA application_id: "glim"), and what is in them (PRAGMA user_version).
// Version 2 added spans and logs.
inline constexpr std::int64_t kApplicationId = 0x676c696d;
inline constexpr std::int64_t kSchemaVersion = 2;

// The key of a call is made of its process' number in the database and its call_id, so that calls of a process lie
// together, parents are found without an index, and a row needs no second id.
inline constexpr unsigned kCallBits = 40;
inline constexpr std::uint64_t kMaxCallId = (std::uint64_t{1} << kCallBits) - 1;
inline constexpr std::uint64_t kMaxProcesses = std::uint64_t{1} << (63 - kCallBits);

constexpr std::int64_t call_key(std::int64_t process, std::uint64_t call_id) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(process) << kCallBits | call_id);
}

// How slow a call was, in steps of a sixteenth: grows with the duration. An index of durations themselves has its
// entries all over the place, which takes more than half of the time and most of the writing; with steps, those of a
// transaction lie side by side.
constexpr std::int64_t slowness(std::uint64_t duration_ns) {
  const auto bits = static_cast<int>(std::bit_width(duration_ns));
  if (bits <= 4) return static_cast<std::int64_t>(duration_ns);
  return 16 * (bits - 4) + static_cast<std::int64_t>(duration_ns >> (bits - 5) & 15);
}

// Calls in spans belong to the trace of the span, which is no call's: its key is below zero, and made of the process
// and a number from 1 on.
constexpr std::int64_t span_trace_key(std::int64_t process, std::uint64_t number) { return -call_key(process, number); }

// Everything that an empty database needs, as one script of statements.
std::string schema();

// What makes version 2 of version 1, likewise.
std::string upgrade_from_1();

}  // namespace glimpse::writers::sqlite
