#include "collector/error_group.h"

#include <algorithm>

#include "policy/sha256.h"

namespace glimpse::collector {

namespace {

constexpr std::size_t kMostGroups = 1024;  // kept
constexpr std::size_t kLeastHexDigits = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Reads on from a place in a text. Every member says whether it was there, and only then steps over it.
class Reader {
 public:
  Reader(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  std::size_t at() const { return at_; }
  char next(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool ends_word() const { return !is_digit(next()) && !is_letter(next()); }

  bool one_of(std::string_view characters) {
    if (at_ >= text_.size() || characters.find(text_[at_]) == std::string_view::npos) return false;
    ++at_;
    return true;
  }
  bool word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  template <typename Kind>
  bool exactly(std::size_t count, Kind kind) {
    std::size_t seen = 0;
    while (seen < count && kind(next(seen))) ++seen;
    if (seen != count || kind(next(seen))) return false;
    at_ += count;
    return true;
  }
  bool digits() {
    const std::size_t begin = at_;
    while (is_digit(next())) ++at_;
    return at_ > begin;
  }

 private:
  std::string_view text_;
  std::size_t at_;
};

// Each of these returns where it ends, or `at` where it is not there.

std::size_t uuid(std::string_view text, std::size_t at) {
  Reader reader(text, at);
  for (const std::size_t digits : {8, 4, 4, 4, 12}) {
    if (digits != 8 && !reader.one_of("-")) return at;
    if (!reader.exactly(digits, is_hex)) return at;
  }
  return reader.ends_word() ? reader.at() : at;
}

bool clock_time(Reader& reader, bool seconds_needed) {
  if (!reader.exactly(2, is_digit) || !reader.one_of(":") || !reader.exactly(2, is_digit)) return false;
  if (!reader.one_of(":")) return !seconds_needed;
  if (!reader.exactly(2, is_digit)) return false;
  if ((reader.next() == '.' || reader.next() == ',') && is_digit(reader.next(1))) {
    reader.one_of(".,");
    reader.digits();
  }
  return true;
}

void zone(Reader& reader) {
  if (reader.word("Z") || reader.word(" UTC") || reader.word(" GMT")) return;
  Reader offset = reader;
  if (!offset.one_of("+-")) return;
  if (offset.exactly(4, is_digit) || (offset.exactly(2, is_digit) && offset.one_of(":") && offset.exactly(2, is_digit)))
    reader = offset;
}

// `2026-03-01`, `2026/03/01 12:00`, `12:00:00.5`, RFC 3339 and ISO 8601.
std::size_t moment(std::string_view text, std::size_t at) {
  Reader reader(text, at);
  const bool has_date = reader.exactly(4, is_digit) && reader.one_of("-/") && reader.exactly(2, is_digit) &&
                        reader.one_of("-/") && reader.exactly(2, is_digit);
  if (!has_date) reader = Reader(text, at);
  Reader clock = reader;
  if ((!has_date || clock.one_of("T ")) && clock_time(clock, !has_date)) {
    zone(clock);
    reader = clock;
  } else if (!has_date) {
    return at;
  }
  return reader.ends_word() ? reader.at() : at;
}

// A word that is a number to base 16. `at`: where a word begins.
std::size_t hex_number(std::string_view text, std::size_t at) {
  const bool marked = text.substr(at).starts_with("0x") || text.substr(at).starts_with("0X");
  const std::size_t begin = at + (marked ? 2 : 0);
  std::size_t end = begin;
  bool decimal = false;
  while (end < text.size() && is_hex(text[end])) decimal |= is_digit(text[end++]);
  if (end < text.size() && is_letter(text[end])) return at;
  if (marked) return end > begin ? end : at;
  return end - begin >= kLeastHexDigits && decimal ? end : at;
}

// `12`, `1.5e-3`, `1,234`, `1.2.3`. `at`: where digits begin.
std::size_t number(std::string_view text, std::size_t at) {
  Reader reader(text, at);
  reader.digits();
  while (true) {
    Reader more = reader;
    const bool dotted = more.one_of(".") && more.digits();
    if (!dotted) more = reader;
    if (!dotted && !(more.one_of(",") && more.exactly(3, is_digit))) break;
    reader = more;
  }
  Reader exponent = reader;
  if (exponent.one_of("eE")) {
    exponent.one_of("+-");
    if (exponent.digits() && exponent.ends_word()) reader = exponent;
  }
  return reader.at();
}

bool is_sign(std::string_view text, std::size_t at) {
  if (text[at] != '-' && text[at] != '+') return false;
  if (at + 1 >= text.size() || !is_digit(text[at + 1])) return false;
  const char before = at > 0 ? text[at - 1] : ' ';
  return !is_digit(before) && !is_letter(before) && before != ')' && before != ']' && before != '-' && before != '+';
}

}  // namespace

void append_shape(std::string& out, std::string_view message) {
  std::size_t at = 0;
  const auto replace = [&](std::size_t end, std::string_view by) {
    if (end == at) return false;
    out += by;
    at = end;
    return true;
  };
  while (at < message.size()) {
    const char c = message[at];
    const char before = at > 0 ? message[at - 1] : ' ';
    if (is_hex(c) && !is_digit(before) && !is_letter(before)) {
      if (replace(uuid(message, at), "<uuid>") || replace(moment(message, at), "<time>") ||
          replace(hex_number(message, at), "#")) {
        continue;
      }
    }
    if (is_digit(c) && replace(number(message, at), "#")) continue;
    if (!is_sign(message, at)) out += c;
    ++at;
  }
}

std::string_view ErrorGroups::fingerprint(std::string_view type, std::string_view message,
                                          std::span<const std::string> functions) {
  lines_.assign(type);
  lines_ += '\n';
  append_shape(lines_, scrubber_.scrub(message));
  for (const std::string& function : functions.first(std::min(functions.size(), kGroupFrames))) {
    lines_ += '\n';
    lines_ += function;
  }
  if (fingerprints_.size() >= kMostGroups) fingerprints_.clear();
  const auto [found, fresh] = fingerprints_.try_emplace(lines_);
  if (fresh) found->second = policy::sha256_hex(lines_);
  return found->second;
}

}  // namespace glimpse::collector
