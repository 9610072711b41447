#include "writers/scrub/emails.h"

#include <algorithm>
#include <array>

namespace glimpse::writers::scrub {

namespace {

// A letter of the Latin, Greek, Cyrillic or Armenian script that takes two bytes. Other scripts are written without
// spaces around addresses.
bool is_two_byte_letter(char first, char second) {
  const auto lead = static_cast<unsigned char>(first);
  const auto tail = static_cast<unsigned char>(second);
  return lead >= 0xc3 && lead <= 0xd4 && tail >= 0x80 && tail <= 0xbf;
}

bool is_local(char c) { return is_word(c) || c == '.' || c == '-' || c == '+' || c == '%'; }

std::size_t local_begin(const Window& window, std::size_t at) {
  std::size_t begin = at;
  while (begin > window.floor) {
    if (is_local(window.text[begin - 1])) {
      --begin;
    } else if (begin - window.floor >= 2 && is_two_byte_letter(window.text[begin - 2], window.text[begin - 1])) {
      begin -= 2;
    } else {
      break;
    }
  }
  while (begin < at && (window.text[begin] == '.' || window.text[begin] == '-' || window.text[begin] == '%')) ++begin;
  return begin;
}

// What stands behind the last dot of names that are none of hosts: units of systemd, and pictures (`logo@2x.png`).
bool is_no_domain(std::string_view label) {
  constexpr std::array<std::string_view, 16> kOthers{"service", "socket", "timer",     "target", "mount", "slice",
                                                     "scope",   "device", "automount", "swap",   "png",   "jpg",
                                                     "jpeg",    "gif",    "svg",       "webp"};
  return std::any_of(kOthers.begin(), kOthers.end(),
                     [&](std::string_view other) { return equals_ignoring_case(label, other); });
}

// The end of the domain that begins at `begin`, behind a label that may be the last of one; `begin` where there is
// none.
std::size_t domain_end(const Window& window, std::size_t begin) {
  const std::string_view text = window.text;
  std::size_t end = begin;
  std::size_t at = begin;
  for (std::size_t dots = 0;; ++dots) {
    const std::size_t label = at;
    std::size_t letters = 0;  // at the label's begin, in bytes
    bool only_letters = true;
    while (at < text.size()) {
      std::size_t step = 0;
      if (is_letter(text[at])) {
        step = 1;
      } else if (at + 1 < text.size() && is_two_byte_letter(text[at], text[at + 1])) {
        step = 2;
      } else if (is_digit(text[at]) || text[at] == '-') {
        only_letters = false;
        if (is_digit(text[at]) && at == label + letters) letters = 0;  // `2x`, `a2`: no last label
        ++at;
        continue;
      } else {
        break;
      }
      at += step;
      if (only_letters) letters += step;
    }
    if (at == label) break;
    const bool international = text.substr(label, at - label).starts_with("xn--");
    if (dots > 0 && international) {
      end = at;
    } else if (dots > 0 && letters >= 2 && !is_no_domain(text.substr(label, letters))) {
      end = label + letters;
    }
    if (window.at(at) != '.') break;
    ++at;
  }
  return end;
}

}  // namespace

Match email_at(const Window& window, std::size_t at) {
  const std::size_t begin = local_begin(window, at);
  if (begin == at) return {};
  if (begin - window.floor >= 3 && window.text.substr(begin - 3, 3) == "://") return {};
  const std::size_t end = domain_end(window, at + 1);
  if (end == at + 1) return {};
  return {begin, end, kEmail};
}

}  // namespace glimpse::writers::scrub
