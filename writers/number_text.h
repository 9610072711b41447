// Numbers as decimal text, without division loops.
//
// Each function writes at `out` and returns the end of the text. It may store up to kNumberSlack bytes behind that end,
// which the caller must own.
//
// Source: eight digits at once in one 64-bit word, after Paul Khuong, "How to print integers really fast" (2017).
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace glimpse::writers {

inline constexpr std::size_t kNumberSlack = 8;

// The largest integer that every JSON reader keeps exactly (jq 1.6 holds numbers as doubles).
inline constexpr std::uint64_t kMaxJsonInteger = std::uint64_t{1} << 53;

namespace detail {

static_assert(std::endian::native == std::endian::little, "the first digit is the lowest byte of the word");

// The eight digits of `value` < 10^8 as bytes 0..9, the first digit in the lowest byte.
//
//   abcdefgh -> abcd|efgh -> ab|cd|ef|gh -> a|b|c|d|e|f|g|h
inline std::uint64_t eight_digits(std::uint32_t value) {
  const std::uint64_t top = value / 10'000;
  const std::uint64_t fours = top | (value - top * 10'000) << 32;
  const std::uint64_t hundreds = ((fours * 10'486) >> 20) & 0x0000'007f'0000'007f;  // per lane, / 100
  const std::uint64_t twos = hundreds | (fours - hundreds * 100) << 16;
  const std::uint64_t tens = ((twos * 103) >> 10) & 0x000f'000f'000f'000f;  // per lane, / 10
  return tens | (twos - tens * 10) << 8;
}

inline constexpr std::uint64_t kAsciiZeros = 0x3030'3030'3030'3030;

inline void store(char* out, std::uint64_t text) { std::memcpy(out, &text, sizeof text); }

}  // namespace detail

// `value` < 10^8 with exactly eight digits.
inline char* write_eight_digits(char* out, std::uint32_t value) {
  detail::store(out, detail::eight_digits(value) + detail::kAsciiZeros);
  return out + 8;
}

// `value` < 10^9 with exactly nine digits.
inline char* write_nine_digits(char* out, std::uint32_t value) {
  const std::uint32_t first = value / 100'000'000;
  *out = static_cast<char>('0' + first);
  return write_eight_digits(out + 1, value - first * 100'000'000);
}

// `value` < 10^6 with exactly six digits.
inline char* write_six_digits(char* out, std::uint32_t value) {
  detail::store(out, (detail::eight_digits(value) + detail::kAsciiZeros) >> 16);
  return out + 6;
}

inline char* write_number(char* out, std::uint64_t value) {
  if (value < 100'000'000) {
    const std::uint64_t digits = detail::eight_digits(static_cast<std::uint32_t>(value));
    const int leading_zeros = std::countr_zero(digits | std::uint64_t{1} << 56) / 8;  // the last digit always stays
    detail::store(out, (digits + detail::kAsciiZeros) >> (leading_zeros * 8));
    return out + 8 - leading_zeros;
  }
  out = write_number(out, value / 100'000'000);
  return write_eight_digits(out, static_cast<std::uint32_t>(value % 100'000'000));
}

// An id or a count as JSON: a number, or above kMaxJsonInteger a string of the same digits, so that no reader rounds
// it.
inline char* write_integer(char* out, std::uint64_t value) {
  if (value <= kMaxJsonInteger) [[likely]]
    return write_number(out, value);
  *out++ = '"';
  out = write_number(out, value);
  *out++ = '"';
  return out;
}

// Nanoseconds as milliseconds with exactly six decimals: 1234 is `0.001234`.
inline char* write_milliseconds(char* out, std::uint64_t ns) {
  const std::uint64_t whole = ns / 1'000'000;
  out = write_number(out, whole);
  *out++ = '.';
  return write_six_digits(out, static_cast<std::uint32_t>(ns - whole * 1'000'000));
}

}  // namespace glimpse::writers
