#include "writers/valid_text.h"

#include <cstdint>
#include <cstring>

#include "writers/utf8.h"

namespace glimpse::writers {
namespace {

std::size_t ascii_at_front(std::string_view text) {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & 0x8080808080808080) != 0) break;
  }
  while (at < text.size() && static_cast<std::uint8_t>(text[at]) < 0x80) ++at;
  return at;
}

// Bytes of `text` up to the first that is not UTF-8.
std::size_t valid_at_front(std::string_view text) {
  std::size_t at = 0;
  while ((at += ascii_at_front(text.substr(at))) < text.size()) {
    const Utf8Sequence sequence = utf8_at_front(text.substr(at));
    if (!sequence.well_formed) break;
    at += sequence.size;
  }
  return at;
}

}  // namespace

std::string_view valid_text(std::string_view text, std::string& room) {
  std::size_t valid = valid_at_front(text);
  if (valid == text.size()) return text;
  room.clear();
  while (!text.empty()) {
    room += text.substr(0, valid);
    text.remove_prefix(valid);
    if (text.empty()) break;
    room += kReplacementCharacter;
    text.remove_prefix(utf8_at_front(text).size);
    valid = valid_at_front(text);
  }
  return room;
}

std::string valid_copy(std::string_view text) {
  std::string room;
  const std::string_view valid = valid_text(text, room);
  return valid.data() == room.data() ? room : std::string(valid);
}

}  // namespace glimpse::writers
