// A dead letter as the bytes of its file; docs/dead-letters.md draws them.
//
// Threads: any. Failure: bytes that are no letter give an Error, whatever they are; nothing else is done with them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "glimpse/result.h"
#include "writers/otlp/dead_letter_box.h"

namespace glimpse::writers {

// No header is longer. Reading so much of a file is enough for all but the body.
inline constexpr std::size_t kMaxDeadLetterHeaderBytes = 16 * 1024;
// No body is longer: OpenTelemetry's limit for a request is 20 MiB.
inline constexpr std::uint64_t kMaxDeadLetterBodyBytes = 64ULL * 1024 * 1024;

// What stands before the body.
struct DeadLetterHeader {
  otlp::Letter letter;       // without id, body, and whether it was refused: that is the file's name
  std::int64_t time_ns = 0;  // when it was put here, since 1970-01-01T00:00:00Z
  std::uint32_t header_bytes = 0;
  std::uint64_t body_bytes = 0;
  std::uint32_t body_checksum = 0;
};

// An Error where a text of the letter is too long or has control characters, or the body is too long. The problem,
// which is for people, is cut and cleaned instead.
Result<std::string> encode_dead_letter(const otlp::Letter& letter, std::int64_t time_ns);

// Such a file is left alone: it is not for us to say that it is damaged. `bytes` are the first of the file.
bool is_dead_letter_of_another_version(std::string_view bytes);

// `bytes` are the first of the file, `file_bytes` is how many it has.
Result<DeadLetterHeader> decode_dead_letter_header(std::string_view bytes, std::uint64_t file_bytes);

// Of a whole file.
Result<otlp::Letter> decode_dead_letter(std::string_view file);

}  // namespace glimpse::writers
