#include "writers/counter_text.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace glimpse::writers {
namespace {

std::string text_of(CounterText& counter, std::uint64_t value) {
  char text[CounterText::kRoom];
  return {text, counter.write(text, value)};
}

TEST(CounterText, CountsThroughEveryCarry) {
  CounterText counter;
  for (std::uint64_t value = 0; value < 1'100'000; ++value) ASSERT_EQ(text_of(counter, value), std::to_string(value));
}

TEST(CounterText, StandsStillLeapsAndGoesBack) {
  CounterText counter;
  for (const std::uint64_t value :
       {7, 7, 8, 9, 10, 99, 100, 99, 100, 1'000'000, 999'999, 1'000'000, 1'000'001, 0, 1, 2}) {
    EXPECT_EQ(text_of(counter, value), std::to_string(value));
  }
}

TEST(CounterText, BehindTheLargestNumberComesNone) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  CounterText counter;
  for (const std::uint64_t value : {kMost - 1, kMost, std::uint64_t{0}, std::uint64_t{1}, kMost, kMost}) {
    EXPECT_EQ(text_of(counter, value), std::to_string(value));
  }
}

}  // namespace
}  // namespace glimpse::writers
