// Points in time as RFC 3339 text in UTC: `2026-03-01T12:00:00.000000123Z`.
//
// Consecutive records mostly fall into the same second, so its text is kept and only nine digits are made anew.
//
// Threads: one thread uses a TimestampText.
#pragma once

#include <cstdint>
#include <cstring>

#include "writers/number_text.h"

namespace glimpse::writers {

class TimestampText {
 public:
  static constexpr std::size_t kSize = 30;

  TimestampText() { start_second(0); }

  // Writes kSize bytes for `ns` since 1970-01-01T00:00:00Z, negative before it, and returns their end. `out` must have
  // room for 32 bytes.
  char* write(char* out, std::int64_t ns) {
    std::uint64_t within = static_cast<std::uint64_t>(ns) - second_ns_;
    if (within >= 1'000'000'000) [[unlikely]] {
      start_second(ns);
      within = static_cast<std::uint64_t>(ns) - second_ns_;
    }
    std::memcpy(out, text_, sizeof text_);
    out = write_nine_digits(out + kSecondSize, static_cast<std::uint32_t>(within));
    *out = 'Z';
    return out + 1;
  }

 private:
  static constexpr std::size_t kSecondSize = 20;  // `2026-03-01T12:00:00.`

  void start_second(std::int64_t ns);

  std::uint64_t second_ns_ = 0;  // begin of the second in text_, modulo 2^64
  char text_[32] = {};
};

}  // namespace glimpse::writers
