// Any bytes as the inside of a JSON string.
//
// `"` and `\` get a backslash, control characters below U+0020 their short or \u00XX escape, and nothing else is
// escaped. Bytes that are not UTF-8 become U+FFFD, one for each maximal subpart of an ill-formed sequence (The Unicode
// Standard 15.0, section 3.9, "U+FFFD Substitution of Maximal Subparts"; Table 3-7 says which sequences are well
// formed).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace glimpse::writers {

// Escaped text is at most this many times as long as what went in.
inline constexpr std::size_t kMaxEscapedPerByte = 6;

// Writes the escaped text at `out`, which must have room for kMaxEscapedPerByte * text.size() bytes; returns its end.
char* write_escaped(char* out, std::string_view text);

// Appends the escaped text, without quotes.
void append_escaped(std::string& out, std::string_view text);

}  // namespace glimpse::writers
