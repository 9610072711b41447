#include "policy/quote.h"

namespace glimpse::policy {

std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::size_t end = text.size();
  if (end > kLongest) {
    end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // between two characters
  }
  std::string out = "\"";
  for (const char c : text.substr(0, end)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return out + (end < text.size() ? "…\"" : "\"");
}

}  // namespace glimpse::policy
