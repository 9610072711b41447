// Points in time as users name them.
#include "cli/moment.h"

#include <gtest/gtest.h>

namespace glimpse::cli {
namespace {

constexpr std::int64_t kSecond_ns = 1'000'000'000;

std::int64_t ns(std::string_view text) {
  const auto moment = parse_moment(text);
  EXPECT_TRUE(moment) << text;
  return moment ? moment->ns : -1;
}

TEST(Moment, IsReadAsRecordsHaveIt) {
  EXPECT_EQ(ns("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(ns("2026-03-01T12:00:00.000000123Z"), 1'772'366'400 * kSecond_ns + 123);
  EXPECT_EQ(ns("2026-03-01T12:00:00.5Z"), 1'772'366'400 * kSecond_ns + kSecond_ns / 2);
  EXPECT_EQ(ns("2026-03-01 13:30:00+01:30"), 1'772'366'400 * kSecond_ns);
  EXPECT_EQ(ns("2024-02-29t00:00:00z"), 1'709'164'800 * kSecond_ns);
  EXPECT_EQ(ns("1969-12-31T23:59:59Z"), -kSecond_ns);
}

TEST(Moment, CountsFromTheBegin) {
  EXPECT_EQ(ns("+1.5s"), 3 * kSecond_ns / 2);
  EXPECT_EQ(ns("+1.5"), 3 * kSecond_ns / 2);
  EXPECT_EQ(ns("+200ms"), kSecond_ns / 5);
  EXPECT_EQ(ns("+2.5us"), 2500);
  EXPECT_EQ(ns("+7ns"), 7);
  EXPECT_EQ(parse_moment("+7ns")->since_1970_ns(1000), 1007);
  EXPECT_EQ(parse_moment("+9223372036s")->since_1970_ns(INT64_MAX - 5), INT64_MAX);
  EXPECT_EQ(parse_moment("1970-01-01T00:00:01Z")->since_1970_ns(1000), kSecond_ns);
}

TEST(Moment, AnythingElseIsRefused) {
  for (const char* text :
       {"", "+", "+s", "1.5s", "+1.s", "+1h", "+-1s", "2026-03-01", "2026-03-01T12:00:00", "2026-02-29T12:00:00Z",
        "2026-13-01T12:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01T12:00:00.Z", "2026-03-01T12:00:00Zx",
        "9999-01-01T00:00:00Z", "+99999999999999999999s", "2026-03-01T12:00:00+1:00"}) {
    EXPECT_FALSE(parse_moment(text)) << text;
  }
  EXPECT_EQ(parse_moment("noon").error().message,
            " must be a time as records have it (2026-03-01T12:00:00.5Z), or one after the begin of the recording "
            "(+1.5s, +200ms), got \"noon\"");
}

}  // namespace
}  // namespace glimpse::cli
