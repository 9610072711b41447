#include "writers/timestamp.h"

namespace glimpse::writers {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;

std::int64_t floor_divide(std::int64_t value, std::int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

struct Date {
  std::uint32_t year;
  std::uint32_t month;  // 1..12
  std::uint32_t day;    // 1..31
};

// The proleptic Gregorian date of a day counted from 1970-01-01. Years begin on 1 March, so that the leap day is last.
// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
Date date_of(std::int64_t days) {
  const std::int64_t from_march_0000 = days + 719'468;
  const std::int64_t era = floor_divide(from_march_0000, 146'097);
  const auto day_of_era = static_cast<std::uint32_t>(from_march_0000 - era * 146'097);
  const std::uint32_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::uint32_t march_month = (5 * day_of_year + 2) / 153;
  const std::uint32_t day = day_of_year - (153 * march_month + 2) / 5 + 1;
  const std::uint32_t month = march_month < 10 ? march_month + 3 : march_month - 9;
  const auto year = static_cast<std::uint32_t>(era * 400 + year_of_era + (month <= 2 ? 1 : 0));
  return {year, month, day};
}

char* write_two_digits(char* out, std::uint32_t value, char behind) {
  out[0] = static_cast<char>('0' + value / 10);
  out[1] = static_cast<char>('0' + value % 10);
  out[2] = behind;
  return out + 3;
}

}  // namespace

void TimestampText::start_second(std::int64_t ns) {
  const std::int64_t second = floor_divide(ns, 1'000'000'000);
  const std::int64_t day = floor_divide(second, kSecondsPerDay);
  const auto second_of_day = static_cast<std::uint32_t>(second - day * kSecondsPerDay);
  const Date date = date_of(day);  // 64 bits of nanoseconds reach from 1677 to 2262: always four digits

  char* out = text_;
  *out++ = static_cast<char>('0' + date.year / 1'000);
  *out++ = static_cast<char>('0' + date.year / 100 % 10);
  out = write_two_digits(out, date.year % 100, '-');
  out = write_two_digits(out, date.month, '-');
  out = write_two_digits(out, date.day, 'T');
  out = write_two_digits(out, second_of_day / 3'600, ':');
  out = write_two_digits(out, second_of_day / 60 % 60, ':');
  write_two_digits(out, second_of_day % 60, '.');
  // The first second that 64 bits can express begins before their lowest value: counted modulo 2^64.
  second_ns_ = static_cast<std::uint64_t>(second) * 1'000'000'000;
}

}  // namespace glimpse::writers
