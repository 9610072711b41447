#include "collector/ring_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "test/support/fake_ring.h"

namespace glimpse::collector {
namespace {

using wire::EventKind;
using wire::RecordType;

constexpr std::uint64_t kTicks = 0x7'0000'0010;

class RingReaderTest : public testing::Test {
 protected:
  // What the reader shows next, as text: "start 7 @16", "record 2 [1 2]".
  std::string next() {
    const RingRecord* record = reader_.peek();
    if (record == nullptr) return reader_.broken() ? "broken" : "nothing";
    std::string text;
    if (record->kind == EventKind::kRecord) {
      text = "record " + std::to_string(static_cast<unsigned>(record->type)) + " [";
      for (const std::uint64_t word : *record->payload) text += " " + std::to_string(word);
      text += " ]";
    } else {
      text = (record->kind == EventKind::kStart ? "start " : "end ") + std::to_string(record->function);
    }
    last_ticks_ = record->ticks;
    reader_.advance();
    return text;
  }

  static constexpr std::uint64_t kWords = 16;
  wire::RingHeader header_{};
  std::vector<std::uint64_t> words_ = std::vector<std::uint64_t>(kWords, 0);
  wire::FakeRing ring_{header_, words_.data(), kWords};
  RingReader reader_{header_, words_.data(), kWords};
  std::uint64_t last_ticks_ = 0;
};

TEST_F(RingReaderTest, AnEmptyRingShowsNothing) {
  EXPECT_EQ(reader_.peek(), nullptr);
  EXPECT_TRUE(reader_.drained());
  EXPECT_FALSE(reader_.release());
  EXPECT_FALSE(reader_.broken());
}

TEST_F(RingReaderTest, EventsComeInOrderWithTheirWholeTime) {
  ring_.start(7, kTicks).end(7, kTicks + 5);
  EXPECT_EQ(next(), "start 7");
  EXPECT_EQ(last_ticks_, kTicks);
  EXPECT_EQ(next(), "end 7");
  EXPECT_EQ(last_ticks_, kTicks + 5);
  EXPECT_EQ(next(), "nothing");
}

TEST_F(RingReaderTest, PeekShowsTheSameRecordUntilAdvance) {
  ring_.start(7, kTicks).start(8, kTicks);
  const RingRecord* shown = reader_.peek();
  ASSERT_NE(shown, nullptr);
  EXPECT_EQ(reader_.peek(), shown);
  EXPECT_EQ(reader_.peek()->function, 7u);
  EXPECT_FALSE(reader_.drained());
  reader_.advance();
  EXPECT_EQ(reader_.peek()->function, 8u);
}

TEST_F(RingReaderTest, AnEpochRecordIsTheHighHalfOfAllTimesBehindIt) {
  ring_.start(1, 0x7'ffff'ffff).end(1, 0x8'0000'0001);
  EXPECT_EQ(next(), "start 1");
  EXPECT_EQ(last_ticks_, 0x7'ffff'ffffu);
  EXPECT_EQ(next(), "end 1");
  EXPECT_EQ(last_ticks_, 0x8'0000'0001u);
}

TEST_F(RingReaderTest, RecordsThatGoRoundTheEndAreWhole) {
  // Two words of epoch, and then one start and one record of four words, until every rotation was met.
  ring_.start(1, kTicks);
  EXPECT_EQ(next(), "start 1");
  for (std::uint64_t i = 0; i < 2 * kWords; ++i) {
    ring_.start(2, kTicks + i).record(RecordType::kLost, {i, i + 1, i + 2}, kTicks + i);
    EXPECT_EQ(next(), "start 2");
    EXPECT_EQ(next(),
              "record 5 [ " + std::to_string(i) + " " + std::to_string(i + 1) + " " + std::to_string(i + 2) + " ]");
    EXPECT_EQ(last_ticks_, kTicks + i);
    reader_.release();
  }
  EXPECT_EQ(next(), "nothing");
}

TEST_F(RingReaderTest, ReadsARingThatIsFullToTheLastWord) {
  ring_.start(1, kTicks);
  for (std::uint32_t i = 2; ring_.position() < kWords; ++i) ring_.start(i, kTicks);
  for (std::uint32_t i = 1; i <= kWords - 2; ++i) EXPECT_EQ(next(), "start " + std::to_string(i));
  EXPECT_EQ(next(), "nothing");
}

TEST_F(RingReaderTest, TypesOfLaterVersionsAreShownWithTheirPayloadAndPassed) {
  ring_.start(1, kTicks).record(static_cast<RecordType>(200), {11, 12}, kTicks).end(1, kTicks);
  EXPECT_EQ(next(), "start 1");
  EXPECT_EQ(next(), "record 200 [ 11 12 ]");
  EXPECT_EQ(next(), "end 1");
}

TEST_F(RingReaderTest, ARecordWithoutPayloadIsARecord) {
  ring_.record(RecordType::kRename, {}, kTicks).record(RecordType::kEpoch, {}, kTicks).end(1, kTicks);
  EXPECT_EQ(next(), "record 6 [ ]");
  EXPECT_EQ(next(), "record 1 [ ]");  // an epoch that does not say which changes nothing
  EXPECT_EQ(next(), "end 1");
  EXPECT_EQ(last_ticks_, kTicks);
}

TEST_F(RingReaderTest, WordsWhoseHeadWasNeverStoredAreNotSeen) {
  ring_.start(1, kTicks).hide().end(1, kTicks).record(RecordType::kLost, {1, 2}, kTicks);
  EXPECT_EQ(next(), "start 1");
  EXPECT_EQ(next(), "nothing");
  EXPECT_TRUE(reader_.drained());
  ring_.show();
  EXPECT_FALSE(reader_.drained());
  EXPECT_EQ(next(), "end 1");
  EXPECT_EQ(next(), "record 5 [ 1 2 ]");
}

TEST_F(RingReaderTest, ReleaseMovesTheTailBehindWhatWasSteppedOver) {
  ring_.start(1, kTicks).start(2, kTicks);
  ASSERT_EQ(next(), "start 1");
  ASSERT_NE(reader_.peek(), nullptr);
  EXPECT_EQ(header_.tail.load(), 0u);  // nothing before release() says so
  EXPECT_TRUE(reader_.release());
  EXPECT_EQ(header_.tail.load(), 3u) << "the epoch's two words and one event, but nothing that is only shown";
  EXPECT_FALSE(reader_.release());
  EXPECT_EQ(next(), "start 2");
}

TEST_F(RingReaderTest, AHeadFurtherThanTheRingIsBroken) {
  words_.assign(kWords, wire::pack_event(1, EventKind::kStart, 0));  // nothing else is wrong with them
  header_.head.store(kWords + 1);
  EXPECT_EQ(next(), "broken");
  EXPECT_TRUE(reader_.drained());
}

TEST_F(RingReaderTest, AHeadBehindTheReaderIsBroken) {
  words_.assign(kWords, wire::pack_event(1, EventKind::kStart, 0));
  ring_.start(1, kTicks);
  ASSERT_EQ(next(), "start 1");
  header_.head.store(1);
  EXPECT_EQ(next(), "broken");
}

TEST_F(RingReaderTest, ARecordLongerThanWhatWasCommittedIsBroken) {
  ring_.start(1, kTicks).raw({wire::pack_record(RecordType::kLost, 2, 0), 1});
  EXPECT_EQ(next(), "start 1");
  EXPECT_EQ(next(), "broken");
  ring_.raw({2}).end(1, kTicks);
  EXPECT_EQ(next(), "broken") << "once broken, nothing more is read";
}

TEST_F(RingReaderTest, ARecordOfTheLargestSizeIsBrokenWhereTheRingIsSmaller) {
  ring_.raw({wire::pack_record(RecordType::kThrow, wire::kMaxPayloadWords, 0)});
  EXPECT_EQ(next(), "broken");
}

TEST_F(RingReaderTest, WordsOfNoKindAreBroken) {
  for (const std::uint64_t word : {std::uint64_t{0}, std::uint64_t{4}, std::uint64_t{7}}) {
    wire::RingHeader header{};
    wire::FakeRing(header, words_.data(), kWords).start(1, kTicks).raw({word}).end(1, kTicks);
    RingReader reader(header, words_.data(), kWords);
    ASSERT_NE(reader.peek(), nullptr);
    reader.advance();
    EXPECT_EQ(reader.peek(), nullptr);
    EXPECT_TRUE(reader.broken()) << "word " << word;
    EXPECT_TRUE(reader.release()) << "what came before is still given back";
    EXPECT_EQ(header.tail.load(), 3u);
  }
}

TEST_F(RingReaderTest, TheNextThreadInTheRingGoesOnBehindTheLast) {
  ring_.start(1, kTicks).end(1, kTicks);
  ASSERT_EQ(next(), "start 1");
  ASSERT_EQ(next(), "end 1");
  reader_.release();
  wire::FakeRing next_thread(header_, words_.data(), kWords);
  next_thread.start(5, 0x9'0000'0000);
  RingReader next_reader(header_, words_.data(), kWords);
  const RingRecord* record = next_reader.peek();
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(record->function, 5u);
  EXPECT_EQ(record->ticks, 0x9'0000'0000u);
}

TEST_F(RingReaderTest, AReaderThatTakesOverKnowsTheTime) {
  ring_.start(1, kTicks).end(1, kTicks + 1);
  ASSERT_EQ(next(), "start 1");
  reader_.release();
  RingReader successor(header_, words_.data(), kWords);
  const RingRecord* record = successor.peek();
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(record->kind, EventKind::kEnd);
  EXPECT_EQ(record->ticks, kTicks + 1);
}

TEST_F(RingReaderTest, PositionsMayGoRoundTheirSixtyFourBits) {
  header_.head.store(~std::uint64_t{0} - 1);
  header_.tail.store(~std::uint64_t{0} - 1);
  wire::FakeRing ring(header_, words_.data(), kWords);
  RingReader reader(header_, words_.data(), kWords);
  ring.start(1, kTicks).end(1, kTicks);
  ASSERT_NE(reader.peek(), nullptr);
  EXPECT_EQ(reader.peek()->kind, EventKind::kStart);
  reader.advance();
  ASSERT_NE(reader.peek(), nullptr);
  EXPECT_EQ(reader.peek()->kind, EventKind::kEnd);
  reader.advance();
  EXPECT_TRUE(reader.release());
  EXPECT_EQ(header_.tail.load(), 2u);
}

}  // namespace
}  // namespace glimpse::collector
