// Ids as lower-case hexadecimal digits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "writers/trace_ids.h"

namespace glimpse::writers {

inline constexpr std::size_t kSpanIdDigits = 16;
inline constexpr std::size_t kTraceIdDigits = 32;

namespace detail {

inline constexpr auto kHexPairs = [] {
  constexpr char kDigits[] = "0123456789abcdef";
  std::array<char, 512> table{};
  for (std::size_t value = 0; value < 256; ++value) {
    table[2 * value] = kDigits[value >> 4];
    table[2 * value + 1] = kDigits[value & 15];
  }
  return table;
}();

}  // namespace detail

// Writes kSpanIdDigits digits and returns their end.
inline char* write_hex(char* out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8, out += 2) {
    std::memcpy(out, &detail::kHexPairs[2 * (value >> shift & 0xff)], 2);
  }
  return out;
}

// Writes kTraceIdDigits digits and returns their end.
inline char* write_hex(char* out, TraceId id) { return write_hex(write_hex(out, id.high), id.low); }

// The same as a text of its own.
template <typename Id>
std::string hex_text(Id id) {
  char digits[kTraceIdDigits];
  return {digits, write_hex(digits, id)};
}

}  // namespace glimpse::writers
