#include "writers/timestamp.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <ctime>
#include <limits>
#include <random>
#include <string>

namespace glimpse::writers {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::string text_of(TimestampText& timestamp, std::int64_t ns) {
  char text[32];
  return {text, timestamp.write(text, ns)};
}

std::string text_of(std::int64_t ns) {
  TimestampText timestamp;
  return text_of(timestamp, ns);
}

// What the C library says: the independent truth.
std::string printed(std::int64_t ns) {
  std::int64_t second = ns / kSecond;
  std::int64_t within = ns % kSecond;
  if (within < 0) {
    within += kSecond;
    --second;
  }
  const std::time_t time = second;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char date[64];
  char text[128];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text, sizeof text, "%s.%09ldZ", date, static_cast<long>(within));
  return text;
}

TEST(Timestamp, TheEpochAndItsNeighbours) {
  EXPECT_EQ(text_of(0), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(text_of(1), "1970-01-01T00:00:00.000000001Z");
  EXPECT_EQ(text_of(-1), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(text_of(-kSecond), "1969-12-31T23:59:59.000000000Z");
  EXPECT_EQ(text_of(999'999'999), "1970-01-01T00:00:00.999999999Z");
}

TEST(Timestamp, LeapDaysExistWhereTheCalendarHasThem) {
  EXPECT_EQ(text_of(951'782'400 * kSecond), "2000-02-29T00:00:00.000000000Z");
  EXPECT_EQ(text_of(1'709'251'199 * kSecond), "2024-02-29T23:59:59.000000000Z");
  EXPECT_EQ(text_of(1'709'251'200 * kSecond), "2024-03-01T00:00:00.000000000Z");
  EXPECT_EQ(text_of(4'107'542'400 * kSecond), "2100-03-01T00:00:00.000000000Z");
  EXPECT_EQ(text_of(4'107'542'399 * kSecond), "2100-02-28T23:59:59.000000000Z");
}

TEST(Timestamp, TheFirstAndTheLastThatSixtyFourBitsHold) {
  EXPECT_EQ(text_of(std::numeric_limits<std::int64_t>::max()), "2262-04-11T23:47:16.854775807Z");
  EXPECT_EQ(text_of(std::numeric_limits<std::int64_t>::min()), "1677-09-21T00:12:43.145224192Z");
}

TEST(Timestamp, ReadsAsTheCLibraryPrintsItInAnyOrder) {
  TimestampText timestamp;  // one for all: the kept second must never be mistaken for another
  std::mt19937_64 random(1);
  for (int round = 0; round < 100'000; ++round) {
    const auto ns = static_cast<std::int64_t>(random());
    ASSERT_EQ(text_of(timestamp, ns), printed(ns));
    ASSERT_EQ(text_of(timestamp, ns / 1'000'000), printed(ns / 1'000'000));
  }
}

TEST(Timestamp, TurnsOverAtTheSecondAndBack) {
  TimestampText timestamp;
  EXPECT_EQ(text_of(timestamp, 1'700'000'000 * kSecond + 999'999'999), "2023-11-14T22:13:20.999999999Z");
  EXPECT_EQ(text_of(timestamp, 1'700'000'001 * kSecond), "2023-11-14T22:13:21.000000000Z");
  EXPECT_EQ(text_of(timestamp, 1'700'000'000 * kSecond + 999'999'999), "2023-11-14T22:13:20.999999999Z");
}

}  // namespace
}  // namespace glimpse::writers
