// The tables, indexes and views of a database: docs/sqlite.md says what they mean to users.
//
// What ends in _row is how records lie there, small and quick to write; the views have the names and values of the JSON
// lines. A call is one row, whether it came as START and END or as one record.
#pragma once

#include <cstdint>
#include <string>

namespace glimpse::writers::sqlite {

// What tells our databases from others' (PRAGMA application_id: "glim"), and what is in them (PRAGMA user_version).
// A later version may add to version 1; who changes what is there counts up.
inline constexpr std::int64_t kApplicationId = 0x676c696d;
inline constexpr std::int64_t kSchemaVersion = 1;

// The key of a call is made of its process' number in the database and its call_id, so that calls of a process lie
// together, parents are found without an index, and a row needs no second id.
inline constexpr unsigned kCallBits = 40;
inline constexpr std::uint64_t kMaxCallId = (std::uint64_t{1} << kCallBits) - 1;
inline constexpr std::uint64_t kMaxProcesses = std::uint64_t{1} << (63 - kCallBits);

constexpr std::int64_t call_key(std::int64_t process, std::uint64_t call_id) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(process) << kCallBits | call_id);
}

// Everything that an empty database needs, as one script of statements.
std::string schema();

}  // namespace glimpse::writers::sqlite
