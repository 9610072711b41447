#include "glimpse/wire/event.h"

#include <gtest/gtest.h>

#include <tuple>

namespace glimpse::wire {
namespace {

constexpr FunctionId kLastFunction = (1u << kFunctionBits) - 1;

class EveryEvent : public testing::TestWithParam<std::tuple<FunctionId, EventKind, std::uint32_t>> {};

TEST_P(EveryEvent, ComesBackAsItWasPacked) {
  const auto [function, kind, clock_low] = GetParam();
  const std::uint64_t word = pack_event(function, kind, clock_low);
  EXPECT_EQ(event_function(word), function);
  EXPECT_EQ(event_kind(word), kind);
  EXPECT_EQ(event_clock_low(word), clock_low);
}

INSTANTIATE_TEST_SUITE_P(Limits, EveryEvent,
                         testing::Combine(testing::Values(FunctionId{1}, FunctionId{7}, kLastFunction),
                                          testing::Values(EventKind::kStart, EventKind::kEnd),
                                          testing::Values(0u, 1u, 0x80000000u, 0xffffffffu)));

TEST(Event, HasItsBitsWhereTheFormatDrawsThem) {
  EXPECT_EQ(pack_event(0, EventKind::kNone, 0), 0u);
  EXPECT_EQ(pack_event(1, EventKind::kStart, 0), 0x0000'0000'0000'0009u);
  EXPECT_EQ(pack_event(1, EventKind::kEnd, 0), 0x0000'0000'0000'000au);
  EXPECT_EQ(pack_event(0, EventKind::kNone, 0x12345678), 0x1234'5678'0000'0000u);
  EXPECT_EQ(pack_event(kLastFunction, EventKind::kNone, 0), 0x0000'0000'ffff'fff8u);
}

TEST(Event, OfMemoryThatWasNeverWrittenIsNoEvent) { EXPECT_EQ(event_kind(0), EventKind::kNone); }

TEST(Event, KindsAreNumberedForGood) {
  EXPECT_EQ(static_cast<std::uint32_t>(EventKind::kNone), 0u);
  EXPECT_EQ(static_cast<std::uint32_t>(EventKind::kStart), 1u);
  EXPECT_EQ(static_cast<std::uint32_t>(EventKind::kEnd), 2u);
  EXPECT_EQ(static_cast<std::uint32_t>(EventKind::kRecord), 3u);
}

}  // namespace
}  // namespace glimpse::wire
