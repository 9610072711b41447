#include "writers/json_text.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace glimpse::writers {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Printable ASCII that stands for itself: most bytes of most names.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (unsigned byte = 0x20; byte < 0x80; ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}();

std::uint8_t byte_at(std::string_view text, std::size_t at) { return static_cast<std::uint8_t>(text[at]); }

// What stands at the front of `text`, which begins with a byte >= 0x80.
struct Sequence {
  std::size_t size;  // bytes to take: a whole character, or the maximal subpart of an ill-formed one
  bool well_formed;
};

// Table 3-7: the first byte fixes the length and narrows the second byte; all others are 80..BF.
Sequence sequence_at_front(std::string_view text) {
  const std::uint8_t first = byte_at(text, 0);
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
    if (at == text.size() || byte_at(text, at) < low || byte_at(text, at) > high) return {at, false};
    low = 0x80;
    high = 0xBF;
  }
  return {length, true};
}

char* copy(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* write_ascii_escape(char* out, std::uint8_t byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  *out++ = '\\';
  switch (byte) {
    case '"':
    case '\\':
      *out++ = static_cast<char>(byte);
      return out;
    case '\b':
      *out++ = 'b';
      return out;
    case '\f':
      *out++ = 'f';
      return out;
    case '\n':
      *out++ = 'n';
      return out;
    case '\r':
      *out++ = 'r';
      return out;
    case '\t':
      *out++ = 't';
      return out;
    default:
      out = copy(out, "u00");
      *out++ = kHex[byte >> 4];
      *out++ = kHex[byte & 15];
      return out;
  }
}

}  // namespace

char* write_escaped(char* out, std::string_view text) {
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && kPlain[byte_at(text, plain)]) ++plain;
    out = copy(out, text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    if (byte_at(text, 0) < 0x80) {
      out = write_ascii_escape(out, byte_at(text, 0));
      text.remove_prefix(1);
      continue;
    }
    const Sequence sequence = sequence_at_front(text);
    out = copy(out, sequence.well_formed ? text.substr(0, sequence.size) : kReplacement);
    text.remove_prefix(sequence.size);
  }
  return out;
}

void append_escaped(std::string& out, std::string_view text) {
  const std::size_t before = out.size();
  out.resize(before + text.size() * kMaxEscapedPerByte);
  out.resize(static_cast<std::size_t>(write_escaped(out.data() + before, text) - out.data()));
}

void append_well_formed(std::string& out, std::string_view text) {
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && byte_at(text, plain) < 0x80) ++plain;
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const Sequence sequence = sequence_at_front(text);
    out += sequence.well_formed ? text.substr(0, sequence.size) : kReplacement;
    text.remove_prefix(sequence.size);
  }
}

}  // namespace glimpse::writers
