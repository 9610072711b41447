#include "writers/number_text.h"

#include <gtest/gtest.h>

#include <cinttypes>
#include <cstdio>
#include <limits>
#include <random>
#include <string>

namespace glimpse::writers {
namespace {

template <typename Write, typename Value>
std::string text_of(Write write, Value value) {
  char text[64];
  return {text, write(text, value)};
}

// What the C library says: the independent truth.
template <typename Value>
std::string printed(const char* format, Value value) {
  char text[64];
  return {text, static_cast<std::size_t>(std::snprintf(text, sizeof text, format, value))};
}

TEST(NumberText, EveryLengthOfNumberReadsAsTheCLibraryPrintsIt) {
  for (std::uint64_t power = 1; power != 0 && power <= 10'000'000'000'000'000'000u; power *= 10) {
    for (const std::uint64_t value : {power - 1, power, power + 1, power + power / 2, power * 9 / 10}) {
      EXPECT_EQ(text_of(write_number, value), printed("%" PRIu64, value));
    }
    if (power == 10'000'000'000'000'000'000u) break;
  }
  EXPECT_EQ(text_of(write_number, std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
}

TEST(NumberText, RandomNumbersOfEveryWidthReadAsTheCLibraryPrintsThem) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200'000; ++round) {
    const std::uint64_t value = random() >> (round % 64);
    ASSERT_EQ(text_of(write_number, value), printed("%" PRIu64, value));
  }
}

TEST(NumberText, FixedWidthsKeepTheirLeadingZeros) {
  for (const std::uint32_t value : {0u, 1u, 9u, 10u, 99u, 12'345u, 100'000u, 999'999u}) {
    EXPECT_EQ(text_of(write_six_digits, value), printed("%06" PRIu32, value));
    EXPECT_EQ(text_of(write_nine_digits, value), printed("%09" PRIu32, value));
  }
  EXPECT_EQ(text_of(write_nine_digits, 999'999'999u), "999999999");
  EXPECT_EQ(text_of(write_nine_digits, 100'000'000u), "100000000");
}

TEST(NumberText, IntegersThatADoubleCannotHoldBecomeStringsOfTheSameDigits) {
  EXPECT_EQ(text_of(write_integer, kMaxJsonInteger), "9007199254740992");
  EXPECT_EQ(text_of(write_integer, kMaxJsonInteger + 1), "\"9007199254740993\"");
  EXPECT_EQ(text_of(write_integer, std::numeric_limits<std::uint64_t>::max()), "\"18446744073709551615\"");
}

TEST(NumberText, NanosecondsBecomeMillisecondsWithSixDecimals) {
  EXPECT_EQ(text_of(write_milliseconds, 0u), "0.000000");
  EXPECT_EQ(text_of(write_milliseconds, 1u), "0.000001");
  EXPECT_EQ(text_of(write_milliseconds, 999'999u), "0.999999");
  EXPECT_EQ(text_of(write_milliseconds, 1'000'000u), "1.000000");
  EXPECT_EQ(text_of(write_milliseconds, 86'400'000'000'001u), "86400000.000001");
  EXPECT_EQ(text_of(write_milliseconds, std::numeric_limits<std::uint64_t>::max()), "18446744073709.551615");
}

}  // namespace
}  // namespace glimpse::writers
