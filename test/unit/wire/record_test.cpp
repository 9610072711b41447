#include "glimpse/wire/record.h"

#include <gtest/gtest.h>

#include <tuple>

namespace glimpse::wire {
namespace {

constexpr auto kLastType = static_cast<RecordType>((1u << kTypeBits) - 1);

class EveryRecord : public testing::TestWithParam<std::tuple<RecordType, std::uint32_t, std::uint32_t>> {};

TEST_P(EveryRecord, HeaderComesBackAsItWasPacked) {
  const auto [type, words, clock_low] = GetParam();
  const std::uint64_t header = pack_record(type, words, clock_low);
  EXPECT_EQ(event_kind(header), EventKind::kRecord);
  EXPECT_EQ(record_type(header), type);
  EXPECT_EQ(record_words(header), words);
  EXPECT_EQ(event_clock_low(header), clock_low);
}

INSTANTIATE_TEST_SUITE_P(Limits, EveryRecord,
                         testing::Combine(testing::Values(RecordType::kEpoch, RecordType::kThrow, RecordType::kCatch,
                                                          RecordType::kLeave, RecordType::kLost, RecordType::kRename,
                                                          kLastType),
                                          testing::Values(0u, 1u, 2u, kMaxPayloadWords),
                                          testing::Values(0u, 0x80000000u, 0xffffffffu)));

TEST(Record, HeaderHasItsBitsWhereTheFormatDrawsThem) {
  EXPECT_EQ(pack_record(RecordType::kEpoch, 0, 0), 0x0000'0000'0000'000bu);
  EXPECT_EQ(pack_record(RecordType::kEpoch, 1, 0), 0x0000'0000'0000'080bu);
  EXPECT_EQ(pack_record(RecordType::kRename, kMaxPayloadWords, 0xabcdef01), 0xabcd'ef01'ffff'f833u);
}

TEST(Record, TypesAndReasonsAreNumberedForGood) {
  EXPECT_EQ(static_cast<std::uint32_t>(RecordType::kEpoch), 1u);
  EXPECT_EQ(static_cast<std::uint32_t>(RecordType::kThrow), 2u);
  EXPECT_EQ(static_cast<std::uint32_t>(RecordType::kCatch), 3u);
  EXPECT_EQ(static_cast<std::uint32_t>(RecordType::kLeave), 4u);
  EXPECT_EQ(static_cast<std::uint32_t>(RecordType::kLost), 5u);
  EXPECT_EQ(static_cast<std::uint32_t>(RecordType::kRename), 6u);
  EXPECT_EQ(static_cast<std::uint32_t>(LeaveReason::kUnwound), 1u);
  EXPECT_EQ(static_cast<std::uint32_t>(LeaveReason::kJumped), 2u);
  EXPECT_EQ(static_cast<std::uint32_t>(LeaveReason::kForced), 3u);
}

TEST(Record, TextsAreCountedInWholeWords) {
  EXPECT_EQ(words_for(0), 0u);
  EXPECT_EQ(words_for(1), 1u);
  EXPECT_EQ(words_for(8), 1u);
  EXPECT_EQ(words_for(9), 2u);
  EXPECT_EQ(words_for(4096), 512u);
}

}  // namespace
}  // namespace glimpse::wire
