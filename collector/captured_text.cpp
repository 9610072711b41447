#include "collector/captured_text.h"

#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "glimpse/wire/capture.h"

namespace glimpse::collector {
namespace {

// The number that `count` hexadecimal digits make; false where they are none.
bool read_hex(std::string_view digits, std::uint64_t& number) {
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return problem == std::errc() && end == digits.data() + digits.size();
}

template <typename Float>
void append(std::string& out, Float number) {
  std::array<char, 64> text;
  const auto [end, problem] = std::to_chars(text.data(), text.data() + text.size(), number);
  if (problem == std::errc()) out.append(text.data(), end);
}

// Takes a number off the front of `text`, which begins with its letter.
bool append_number(std::string& out, std::string_view& text) {
  const std::size_t digits = text.empty() ? 0 : text[0] == 'f' ? 8 : text[0] == 'd' ? 16 : text[0] == 'l' ? 20 : 0;
  if (digits == 0 || text.size() < digits + 1) return false;
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  const std::size_t above = digits == 20 ? 4 : 0;
  if (above > 0 && !read_hex(text.substr(1, above), high)) return false;
  if (!read_hex(text.substr(1 + above, digits - above), low)) return false;
  if (digits == 8) {
    append(out, std::bit_cast<float>(static_cast<std::uint32_t>(low)));
  } else if (digits == 16) {
    append(out, std::bit_cast<double>(low));
  } else {
    long double number = 0;
    std::memcpy(&number, &low, sizeof(low));
    std::memcpy(reinterpret_cast<char*>(&number) + sizeof(low), &high, 2);
    append(out, number);
  }
  text.remove_prefix(digits + 1);
  return true;
}

}  // namespace

std::string captured_text(std::string_view wire_text) {
  std::string out;
  while (true) {
    const std::size_t mark = wire_text.find(wire::kFloatMark);
    out += wire_text.substr(0, mark);
    if (mark == std::string_view::npos) return out;
    wire_text.remove_prefix(mark + 1);
    if (!append_number(out, wire_text)) out += wire::kFloatMark;
  }
}

}  // namespace glimpse::collector
