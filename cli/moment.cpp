#include "cli/moment.h"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <optional>
#include <utility>

namespace glimpse::cli {

namespace {

constexpr std::int64_t kSecond_ns = 1'000'000'000;
constexpr std::int64_t kMost_s = std::numeric_limits<std::int64_t>::max() / kSecond_ns;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes pieces off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool done() const { return text_.empty(); }
  std::string_view rest() const { return text_; }

  bool take(char lower) {
    if (text_.empty() || (text_.front() | 0x20) != (lower | 0x20)) return false;
    text_.remove_prefix(1);
    return true;
  }
  // Exactly so many digits.
  std::optional<int> digits(std::size_t count) {
    if (text_.size() < count) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(text_[i])) return std::nullopt;
      value = value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(count);
    return value;
  }
  // One digit at least, and what they are worth where one whole is `unit`. Digits beyond that are dropped.
  std::optional<std::int64_t> fraction(std::int64_t unit) {
    std::int64_t value = 0;
    bool any = false;
    for (; !text_.empty() && is_digit(text_.front()); text_.remove_prefix(1)) {
      unit /= 10;
      value += unit * (text_.front() - '0');
      any = true;
    }
    return any ? std::optional(value) : std::nullopt;
  }
  std::optional<std::int64_t> number(std::int64_t most) {
    std::int64_t value = 0;
    bool any = false;
    for (; !text_.empty() && is_digit(text_.front()); text_.remove_prefix(1)) {
      value = value * 10 + (text_.front() - '0');
      if (value > most) return std::nullopt;
      any = true;
    }
    return any ? std::optional(value) : std::nullopt;
  }

 private:
  std::string_view text_;
};

// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
std::int64_t days_of(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

int days_in(int year, int month) {
  constexpr std::array kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

// `Z`, `+01:00`, `-05:30`: seconds to the east.
std::optional<std::int64_t> offset_s(Scanner& text) {
  if (text.take('Z')) return 0;
  const int sign = text.take('+') ? 1 : text.take('-') ? -1 : 0;
  const auto hours = sign != 0 ? text.digits(2) : std::nullopt;
  if (!hours || *hours > 23 || !text.take(':')) return std::nullopt;
  const auto minutes = text.digits(2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return sign * (*hours * 3600 + *minutes * 60);
}

std::optional<std::int64_t> timestamp_ns(Scanner text) {
  const auto year = text.digits(4);
  if (!year || !text.take('-')) return std::nullopt;
  const auto month = text.digits(2);
  if (!month || *month < 1 || *month > 12 || !text.take('-')) return std::nullopt;
  const auto day = text.digits(2);
  if (!day || *day < 1 || *day > days_in(*year, *month) || !(text.take('T') || text.take(' '))) return std::nullopt;
  const auto hour = text.digits(2);
  if (!hour || *hour > 23 || !text.take(':')) return std::nullopt;
  const auto minute = text.digits(2);
  if (!minute || *minute > 59 || !text.take(':')) return std::nullopt;
  const auto second = text.digits(2);
  if (!second || *second > 60) return std::nullopt;  // 60: a leap second
  const auto fraction = text.take('.') ? text.fraction(kSecond_ns) : std::optional<std::int64_t>(0);
  if (!fraction) return std::nullopt;
  const auto offset = offset_s(text);
  if (!offset || !text.done()) return std::nullopt;
  const std::int64_t seconds = days_of(*year, *month, *day) * 86'400 + *hour * 3600 + *minute * 60 + *second - *offset;
  if (seconds <= -kMost_s || seconds >= kMost_s) return std::nullopt;  // 64 bits reach from 1677 to 2262
  return seconds * kSecond_ns + *fraction;
}

std::optional<std::int64_t> duration_ns(Scanner text) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits{
      {{"", kSecond_ns}, {"s", kSecond_ns}, {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}}};
  const auto whole = text.number(kMost_s);
  if (!whole) return std::nullopt;
  Scanner unit = text;
  if (unit.take('.') && !unit.fraction(1)) return std::nullopt;
  for (const auto& [name, ns] : kUnits) {
    if (unit.rest() != name) continue;
    const auto fraction = text.take('.') ? text.fraction(ns) : std::optional<std::int64_t>(0);
    return *whole * ns + *fraction;
  }
  return std::nullopt;
}

}  // namespace

std::int64_t Moment::since_1970_ns(std::int64_t begin_ns) const {
  std::int64_t sum = 0;
  if (!relative) return ns;
  return __builtin_add_overflow(begin_ns, ns, &sum) ? std::numeric_limits<std::int64_t>::max() : sum;
}

Result<Moment> parse_moment(std::string_view text) {
  const bool relative = text.starts_with('+');
  const auto ns = relative ? duration_ns(Scanner(text.substr(1))) : timestamp_ns(Scanner(text));
  if (ns) return Moment{relative, *ns};
  return Error{
      fmt::format(" must be a time as records have it (2026-03-01T12:00:00.5Z), or one after the begin of the "
                  "recording (+1.5s, +200ms), got \"{}\"",
                  text)};
}

}  // namespace glimpse::cli
