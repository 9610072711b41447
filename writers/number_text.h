// Numbers as decimal text, three digits at a time from two small tables.
//
// Each function writes at `out` and returns the end of the text. It may store up to kNumberSlack bytes behind that end,
// which the caller must own.
//
// Three digits and not two, because most numbers on a line have six to nine: half the divisions. The tables take 8 KiB
// of the first-level cache together; four digits would take 80.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace glimpse::writers {

inline constexpr std::size_t kNumberSlack = 3;

// The largest integer that every JSON reader keeps exactly (jq 1.6 holds numbers as doubles).
inline constexpr std::uint64_t kMaxJsonInteger = std::uint64_t{1} << 53;

namespace detail {

static_assert(std::endian::native == std::endian::little, "the first digit is the lowest byte of an entry");

// `007` for 7: three digits.
inline constexpr auto kPadded = [] {
  std::array<std::uint32_t, 1000> table{};
  for (std::uint32_t value = 0; value < 1000; ++value) {
    table[value] = ('0' + value / 100) | ('0' + value / 10 % 10) << 8 | ('0' + value % 10) << 16;
  }
  return table;
}();

// `7` for 7: one to three digits, and their number in the highest byte.
inline constexpr auto kShort = [] {
  std::array<std::uint32_t, 1000> table{};
  for (std::uint32_t value = 0; value < 1000; ++value) {
    const std::uint32_t digits = value < 10 ? 1 : value < 100 ? 2 : 3;
    table[value] = kPadded[value] >> 8 * (3 - digits) | digits << 24;
  }
  return table;
}();

inline char* write_padded(char* out, std::uint32_t below_1000) {
  std::memcpy(out, &kPadded[below_1000], 4);
  return out + 3;
}

inline char* write_short(char* out, std::uint32_t below_1000) {
  const std::uint32_t entry = kShort[below_1000];
  std::memcpy(out, &entry, 4);
  return out + (entry >> 24);
}

}  // namespace detail

// `value` < 10^6 with exactly six digits.
inline char* write_six_digits(char* out, std::uint32_t value) {
  out = detail::write_padded(out, value / 1000);
  return detail::write_padded(out, value % 1000);
}

// `value` < 10^9 with exactly nine digits.
inline char* write_nine_digits(char* out, std::uint32_t value) {
  out = detail::write_padded(out, value / 1'000'000);
  return write_six_digits(out, value % 1'000'000);
}

// Any value; ids and counts of usual size take the first lines.
inline char* write_number(char* out, std::uint64_t value);

namespace detail {

[[gnu::noinline]] inline char* write_large_number(char* out, std::uint64_t value) {
  out = write_number(out, value / 1'000'000'000);
  return write_nine_digits(out, static_cast<std::uint32_t>(value % 1'000'000'000));
}

}  // namespace detail

inline char* write_number(char* out, std::uint64_t value) {
  if (value < 1'000) return detail::write_short(out, static_cast<std::uint32_t>(value));
  if (value < 1'000'000) {
    const auto small = static_cast<std::uint32_t>(value);
    out = detail::write_short(out, small / 1'000);
    return detail::write_padded(out, small % 1'000);
  }
  if (value < 1'000'000'000) {
    const auto small = static_cast<std::uint32_t>(value);
    out = detail::write_short(out, small / 1'000'000);
    return write_six_digits(out, small % 1'000'000);
  }
  return detail::write_large_number(out, value);
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
