// What `glimpse dlq list` prints of a dead letter. Threads: any. Failure: none.
#pragma once

#include <cstdint>
#include <string>

#include "writers/dead_letters.h"

namespace glimpse::cli {

// A line for people, and a second one that says what is wrong. `now_ns` is since 1970-01-01T00:00:00Z.
std::string dead_letter_line(const writers::DeadLetters::Entry& entry, std::int64_t now_ns);

// A line of JSON: id, state, since, records, bytes, path, endpoint, problem.
std::string dead_letter_json(const writers::DeadLetters::Entry& entry);

// `940 B`, `41 KiB`, `3.2 MiB`.
std::string rough_bytes(std::uint64_t bytes);

// `40 s`, `2 min`, `5 h`, `3 d`.
std::string rough_age(std::int64_t ns);

}  // namespace glimpse::cli
