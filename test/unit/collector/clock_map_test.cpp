#include "collector/clock_map.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace glimpse::collector {
namespace {

constexpr std::uint64_t kStart = 1'000'000'000'000;
constexpr std::int64_t kMonotonic_ns = 77'000'000'000;
constexpr std::int64_t kRealtime_ns = 1'700'000'000'123'456'789;

class ClockMapTest : public testing::Test {
 protected:
  ClockMap map(wire::ClockKind kind) {
    wire::ProcessHeader header{};
    header.clock = kind;
    header.start_ticks = kind == wire::ClockKind::kTsc ? kStart : static_cast<std::uint64_t>(kMonotonic_ns);
    header.start_monotonic_ns = kMonotonic_ns;
    header.start_realtime_ns = kRealtime_ns;
    return ClockMap(header, rate_);
  }

  TscRate rate_;
};

TEST_F(ClockMapTest, TheStartIsTheTimeOfDayTheFileSays) {
  EXPECT_EQ(map(wire::ClockKind::kTsc).to_realtime_ns(kStart), kRealtime_ns);
  EXPECT_EQ(map(wire::ClockKind::kMonotonic).to_realtime_ns(kMonotonic_ns), kRealtime_ns);
}

TEST_F(ClockMapTest, TheMonotonicClocksTicksAreNanoseconds) {
  const ClockMap clock = map(wire::ClockKind::kMonotonic);
  EXPECT_EQ(clock.to_realtime_ns(kMonotonic_ns + 1), kRealtime_ns + 1);
  EXPECT_EQ(clock.to_realtime_ns(kMonotonic_ns + 3'600'000'000'001), kRealtime_ns + 3'600'000'000'001);
  EXPECT_EQ(clock.to_realtime_ns(kMonotonic_ns - 5), kRealtime_ns - 5);
}

TEST_F(ClockMapTest, TheMonotonicClockNeverBends) {
  ClockMap clock = map(wire::ClockKind::kMonotonic);
  clock.bend(kMonotonic_ns + 10, 17.0);
  EXPECT_EQ(clock.to_realtime_ns(kMonotonic_ns + 1'000), kRealtime_ns + 1'000);
}

TEST_F(ClockMapTest, TicksOfTheCounterAreScaledByItsRate) {
  const ClockMap clock = map(wire::ClockKind::kTsc);
  const auto expected = static_cast<std::int64_t>(1e9 * rate_.ns_per_tick());
  EXPECT_EQ(clock.to_realtime_ns(kStart + 1'000'000'000) - kRealtime_ns, expected);
  EXPECT_EQ(clock.to_realtime_ns(kStart - 1'000'000'000) - kRealtime_ns, -expected);
}

TEST_F(ClockMapTest, ABendKeepsTheTimeBeforeItAndChangesThePaceBehindIt) {
  ClockMap clock = map(wire::ClockKind::kTsc);
  const std::uint64_t at = kStart + 1'000'000;
  const std::int64_t before = clock.to_realtime_ns(at - 1'000);
  const std::int64_t there = clock.to_realtime_ns(at);
  clock.bend(at, 2.0);
  EXPECT_EQ(clock.to_realtime_ns(at - 1'000), before);
  EXPECT_EQ(clock.to_realtime_ns(at), there);
  EXPECT_EQ(clock.to_realtime_ns(at + 1'000), there + 2'000);
}

TEST_F(ClockMapTest, ABendThatIsNotBehindTheLastIsNone) {
  ClockMap clock = map(wire::ClockKind::kTsc);
  clock.bend(kStart + 1'000, 2.0);
  const std::int64_t later = clock.to_realtime_ns(kStart + 5'000);
  clock.bend(kStart + 1'000, 9.0);
  clock.bend(kStart, 9.0);
  EXPECT_EQ(clock.to_realtime_ns(kStart + 5'000), later);
}

TEST_F(ClockMapTest, TimeNeverRunsBackwardsAcrossManyBends) {
  ClockMap clock = map(wire::ClockKind::kTsc);
  const double rates[] = {0.31, 0.9, 0.2, 3.0, 0.3125};
  for (std::uint64_t i = 1; i <= 40; ++i) clock.bend(kStart + i * 977, rates[i % 5]);
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  for (std::uint64_t ticks = kStart - 500; ticks < kStart + 45 * 977; ++ticks) {
    const std::int64_t now = clock.to_realtime_ns(ticks);
    ASSERT_GE(now, last) << "at tick " << ticks - kStart;
    last = now;
  }
}

TEST_F(ClockMapTest, TicksThatNoClockShowsGiveSomeTime) {
  // A damaged ring can hold any time; what it is does not matter, only that the sums are defined.
  for (const auto kind : {wire::ClockKind::kTsc, wire::ClockKind::kMonotonic}) {
    ClockMap clock = map(kind);
    clock.bend(~std::uint64_t{0}, 0.5);
    for (const std::uint64_t ticks : {std::uint64_t{0}, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
      EXPECT_NE(clock.to_realtime_ns(ticks), kRealtime_ns);
    }
  }
}

TEST(TscRateTest, IsARateThatProcessorsHave) {
  const TscRate rate;
  EXPECT_GT(rate.ns_per_tick(), 0.05);   // 20 GHz
  EXPECT_LT(rate.ns_per_tick(), 100.0);  // 10 MHz
  EXPECT_GT(rate.measured_at_ticks(), 0u);
}

}  // namespace
}  // namespace glimpse::collector
