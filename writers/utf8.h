// Where characters end in text that may be no text.
//
// The Unicode Standard 15.0, section 3.9: Table 3-7 says which sequences are well formed; what is not becomes U+FFFD,
// one for each maximal subpart of an ill-formed sequence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace glimpse::writers {

inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";  // U+FFFD

struct Utf8Sequence {
  std::size_t size;  // bytes to take: a whole character, or the maximal subpart of an ill-formed one
  bool well_formed;
};

// What stands at the front of `text`, which begins with a byte >= 0x80.
//
// The first byte fixes the length and narrows the second byte; all others are 80..BF.
constexpr Utf8Sequence utf8_at_front(std::string_view text) {
  const auto byte_at = [text](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
  const std::uint8_t first = byte_at(0);
  std::size_t length = 0;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    if (first == 0xE0) low = 0xA0;   // below: overlong
    if (first == 0xED) high = 0x9F;  // above: surrogates
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    if (first == 0xF0) low = 0x90;   // below: overlong
    if (first == 0xF4) high = 0x8F;  // above: beyond U+10FFFF
  } else {
    return {1, false};  // a continuation byte, C0, C1 or F5..FF begins nothing
  }
  for (std::size_t at = 1; at < length; ++at) {
    if (at == text.size() || byte_at(at) < low || byte_at(at) > high) return {at, false};
    low = 0x80;
    high = 0xBF;
  }
  return {length, true};
}

}  // namespace glimpse::writers
