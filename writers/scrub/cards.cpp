#include "writers/scrub/cards.h"

#include <array>

namespace glimpse::writers::scrub {

namespace {

constexpr std::size_t kLeastDigits = 13;
constexpr std::size_t kMostDigits = 19;
constexpr std::size_t kLeastGroup = 3;  // digits in each group but the last: fewer are a list of numbers

// First digits that an issuer begins its numbers with, as a range of `digits` digits, and how long the numbers are.
struct Issuer {
  unsigned digits;
  unsigned first, last;
  unsigned shortest, longest;
};
constexpr std::array<Issuer, 21> kIssuers{{
    {1, 4, 4, 13, 19},        // Visa
    {2, 51, 55, 16, 16},      // Mastercard
    {4, 2221, 2720, 16, 16},  // Mastercard
    {2, 34, 34, 15, 15},      // American Express
    {2, 37, 37, 15, 15},      // American Express
    {4, 6011, 6011, 16, 19},  // Discover
    {3, 644, 649, 16, 19},    // Discover
    {2, 65, 65, 16, 19},      // Discover
    {2, 60, 60, 16, 16},      // RuPay
    {3, 300, 305, 14, 19},    // Diners Club
    {2, 36, 36, 14, 19},      // Diners Club
    {2, 38, 39, 14, 19},      // Diners Club
    {4, 3528, 3589, 16, 19},  // JCB
    {2, 62, 62, 16, 19},      // UnionPay
    {2, 81, 81, 16, 19},      // UnionPay
    {4, 5018, 5020, 13, 19},  // Maestro
    {4, 5038, 5038, 13, 19},  // Maestro
    {4, 5612, 5893, 13, 19},  // Maestro
    {4, 6304, 6304, 13, 19},  // Maestro
    {4, 6759, 6763, 13, 19},  // Maestro
    {4, 2200, 2204, 16, 19},  // Mir
}};

class Digits {
 public:
  // False where there are too many.
  bool add(char digit) {
    if (size_ == kMostDigits) return false;
    digits_[size_++] = static_cast<unsigned char>(digit - '0');
    return true;
  }

  bool are_a_card() const { return size_ >= kLeastDigits && has_issuer() && passes_luhn(); }

 private:
  bool has_issuer() const {
    for (const Issuer& issuer : kIssuers) {
      unsigned prefix = 0;
      for (unsigned i = 0; i < issuer.digits; ++i) prefix = prefix * 10 + digits_[i];
      if (prefix >= issuer.first && prefix <= issuer.last && size_ >= issuer.shortest && size_ <= issuer.longest)
        return true;
    }
    return false;
  }

  bool passes_luhn() const {
    unsigned sum = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      const unsigned digit = digits_[size_ - 1 - i];
      sum += i % 2 == 0 ? digit : digit < 5 ? 2 * digit : 2 * digit - 9;
    }
    return sum % 10 == 0;
  }

  std::array<unsigned char, kMostDigits> digits_{};
  std::size_t size_ = 0;
};

}  // namespace

Match card_at(const Window& window, std::size_t at) {
  const char before = window.before(at);
  if (is_word(before)) return {};
  if (before == '.' && at - window.floor >= 2 && is_digit(window.text[at - 2])) return {};
  Digits digits;
  char separator = '\0';
  std::size_t end = at;
  for (std::size_t next = at;;) {
    const std::size_t group = next;
    while (is_digit(window.at(next))) {
      if (!digits.add(window.at(next))) return {at, end, kCreditCard};
      ++next;
    }
    const char behind = window.at(next);
    const bool goes_on = is_word(behind) || (behind == '.' && is_digit(window.at(next + 1)));
    if (!goes_on && digits.are_a_card()) end = next;
    const bool separates = (behind == ' ' || behind == '-') && (separator == '\0' || separator == behind);
    if (!separates || !is_digit(window.at(next + 1)) || next - group < kLeastGroup) break;
    separator = behind;
    ++next;
  }
  return {at, end, kCreditCard};
}

}  // namespace glimpse::writers::scrub
