#include "writers/otlp/retry_after.h"

#include <gtest/gtest.h>

namespace glimpse::writers::otlp {
namespace {

using namespace std::chrono_literals;

constexpr std::time_t kNoon = 1'772'366'400;  // Sun, 01 Mar 2026 12:00:00 GMT

std::optional<std::chrono::milliseconds> read(std::string_view value) {
  return read_retry_after(value, std::chrono::system_clock::from_time_t(kNoon));
}

TEST(RetryAfter, IsANumberOfSeconds) {
  EXPECT_EQ(read("0"), 0ms);
  EXPECT_EQ(read("17"), 17s);
  EXPECT_EQ(read("120"), 2min);
}

TEST(RetryAfter, IsADateInAnyFormOfHttp) {
  EXPECT_EQ(read("Sun, 01 Mar 2026 12:00:20 GMT"), 20s);
  EXPECT_EQ(read("Sunday, 01-Mar-26 12:00:20 GMT"), 20s);
  EXPECT_EQ(read("Sun Mar  1 12:00:20 2026"), 20s);
  EXPECT_EQ(read("Sun, 01 Mar 2026 11:00:00 GMT"), 0ms);
}

TEST(RetryAfter, IsNeverTooLong) {
  EXPECT_EQ(read("99999999999999999999999999"), kLongestRetryAfter);
  EXPECT_EQ(read("Sun, 01 Mar 2027 12:00:00 GMT"), kLongestRetryAfter);
}

TEST(RetryAfter, IsNothingWhereItIsNeither) {
  for (const char* value :
       {"", "soon", "-1", "1.5", "12 s", "Sun, 01 Mar 2026 12:00:20", "Sun, 41 Mar 2026 12:00:20 GMT"}) {
    EXPECT_EQ(read(value), std::nullopt) << value;
  }
  EXPECT_EQ(read(std::string(10'000, ' ')), std::nullopt);
}

}  // namespace
}  // namespace glimpse::writers::otlp
