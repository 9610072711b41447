#include "writers/json_text.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "writers/utf8.h"

namespace glimpse::writers {
namespace {

// Printable ASCII that stands for itself: most bytes of most names.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (unsigned byte = 0x20; byte < 0x80; ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}();

std::uint8_t byte_at(std::string_view text, std::size_t at) { return static_cast<std::uint8_t>(text[at]); }

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
    const Utf8Sequence sequence = utf8_at_front(text);
    out = copy(out, sequence.well_formed ? text.substr(0, sequence.size) : kReplacementCharacter);
    text.remove_prefix(sequence.size);
  }
  return out;
}

void append_escaped(std::string& out, std::string_view text) {
  const std::size_t before = out.size();
  out.resize(before + text.size() * kMaxEscapedPerByte);
  out.resize(static_cast<std::size_t>(write_escaped(out.data() + before, text) - out.data()));
}

}  // namespace glimpse::writers
