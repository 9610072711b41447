// What the rules of scrubbing are shown: a text, and how much of it is replaced already.
//
// Each rule is a function `Match rule_at(const Window&, std::size_t at)`: whether what the byte at `at` belongs to is
// to be replaced. It may look back as far as `floor`; what stands before it is a placeholder, whose last byte is `]`.
//
// Linear time: a rule looks at a bounded number of bytes around `at`, or at bytes that no other call of it looks at, or
// at those that it replaces. No match begins or ends within a UTF-8 sequence, unless the text is no UTF-8.
#pragma once

#include <cstddef>
#include <string_view>

namespace glimpse::writers::scrub {

inline constexpr std::string_view kEmail = "[EMAIL]";
inline constexpr std::string_view kCreditCard = "[CREDIT_CARD]";
inline constexpr std::string_view kIpAddress = "[IP_ADDRESS]";
inline constexpr std::string_view kToken = "[REDACTED_TOKEN]";
inline constexpr std::string_view kSecret = "[REDACTED_SECRET]";
// What the runtime puts in the place of a captured argument whose name is a secret's.
inline constexpr std::string_view kRedacted = "[REDACTED]";

constexpr bool is_placeholder(std::string_view text) {
  return text == kEmail || text == kCreditCard || text == kIpAddress || text == kToken || text == kSecret ||
         text == kRedacted;
}

// The bytes from `begin` up to `end` are to be `by`. None where `end` is `begin`.
struct Match {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view by;

  explicit operator bool() const { return end > begin; }
};

struct Window {
  std::string_view text;
  std::size_t floor = 0;

  char at(std::size_t i) const { return i < text.size() ? text[i] : '\0'; }
  char before(std::size_t i) const { return i > floor ? text[i - 1] : floor > 0 ? ']' : '\0'; }
};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
constexpr bool is_alphanumeric(char c) { return is_digit(c) || is_letter(c); }
constexpr bool is_word(char c) { return is_alphanumeric(c) || c == '_'; }
constexpr bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_space(char c) { return is_blank(c) || c == '\n' || c == '\r' || c == '\v' || c == '\f'; }
constexpr char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

// ASCII only; `lower_case` is in lower case.
constexpr bool equals_ignoring_case(std::string_view text, std::string_view lower_case) {
  if (text.size() != lower_case.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(text[i]) != lower_case[i]) return false;
  }
  return true;
}

// The word that ends at `end` but for blanks, `:`, `=` and quotes; of more than `most` bytes its last ones.
constexpr std::string_view word_before(const Window& window, std::size_t end, std::size_t most = 16) {
  std::size_t skipped = 0;
  while (end > window.floor && skipped < 4 &&
         std::string_view(" \t:='\"").find(window.text[end - 1]) != std::string_view::npos) {
    --end;
    ++skipped;
  }
  std::size_t begin = end;
  while (begin > window.floor && end - begin < most && is_letter(window.text[begin - 1])) --begin;
  return window.text.substr(begin, end - begin);
}

}  // namespace glimpse::writers::scrub
