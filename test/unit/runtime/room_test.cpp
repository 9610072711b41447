// Full rings: what each overflow mode loses, that it says so, and that what is left still nests.
#include "runtime/room.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "collector/call_stack.h"
#include "collector/futex.h"
#include "collector/ring_reader.h"
#include "runtime/hot/ring_push.h"
#include "test/unit/runtime/room_fake.h"

namespace glimpse::runtime {
namespace {

using wire::EventKind;
using wire::OverflowMode;
using Lines = std::vector<std::string>;

constexpr std::uint64_t kWords = 64;

class RoomTest : public testing::Test {
 protected:
  void make(OverflowMode mode, std::uint64_t words = kWords) {
    runtime_.reset();  // there is one process
    runtime_ = std::make_unique<FakeRuntime>(mode, words);
    reader_ = std::make_unique<collector::RingReader>(ring(), runtime_->words(), words);
  }

  Lane& lane() { return runtime_->lane(); }
  wire::RingHeader& ring() { return runtime_->ring(); }

  bool push(std::uint32_t id, EventKind kind) {
    return push_event(lane(), (id << wire::kKindBits) | static_cast<std::uint32_t>(kind));
  }
  bool start(std::uint32_t id) { return push(id, EventKind::kStart); }
  bool end(std::uint32_t id) { return push(id, EventKind::kEnd); }

  // Calls that are open, as the shadow stack has them.
  void have_open(std::uint64_t calls) {
    frames_.assign(calls + 1, Frame{});
    lane().base = frames_.data();
    lane().top = frames_.data() + calls;
    lane().end = frames_.data() + frames_.size();
  }

  // What is in the ring now: "start 7", "lost 3 0", "gap lost 2 ended 1 opened 0". Gives it back.
  Lines read() {
    Lines lines;
    while (const collector::RingRecord* record = reader_->peek()) {
      lines.push_back(text(*record));
      last_ticks_ = record->ticks;
      reader_->advance();
    }
    EXPECT_FALSE(reader_->broken());
    reader_->release();
    return lines;
  }

  static std::string text(const collector::RingRecord& record) {
    switch (record.kind) {
      case EventKind::kStart:
        return "start " + std::to_string(record.function);
      case EventKind::kEnd:
        return "end " + std::to_string(record.function);
      case EventKind::kNone:
        return "gap lost " + std::to_string(record.gap->starts) + " ended " +
               std::to_string(record.gap->stacks[0].ends) + " opened " + std::to_string(record.gap->stacks[0].opened);
      default:
        break;
    }
    if (record.type == wire::RecordType::kLost) {
      return "lost " + std::to_string(record.payload->at(0)) + " " + std::to_string(record.payload->at(1));
    }
    return "record " + std::to_string(static_cast<unsigned>(record.type));
  }

  // START and END of a call, again and again.
  void fill_with_calls(std::uint64_t calls) {
    for (std::uint64_t i = 0; i < calls; ++i) {
      ASSERT_TRUE(start(1));
      ASSERT_TRUE(end(1));
    }
  }

  std::vector<Frame> frames_;
  std::unique_ptr<FakeRuntime> runtime_;
  std::unique_ptr<collector::RingReader> reader_;
  std::uint64_t last_ticks_ = 0;
};

TEST_F(RoomTest, DropLosesWhatIsNewAndTellsItWhenThereIsRoomAgain) {
  make(OverflowMode::kDrop);
  std::uint64_t kept = 0;
  while (start(1)) {
    ASSERT_TRUE(end(1));
    ++kept;
  }
  for (int i = 0; i < 9; ++i) EXPECT_FALSE(start(2));
  EXPECT_EQ(ring().lost_starts.load(), 10u);
  EXPECT_GT(surroundings.bells.load(), 0u);
  EXPECT_EQ(read().size(), 2 * kept);
  ASSERT_TRUE(start(3));
  EXPECT_EQ(read(), (Lines{"lost 10 0", "start 3"}));
  EXPECT_EQ(ring().lost_starts.load(), 10u);
}

TEST_F(RoomTest, EachRecordedCallHasRoomForItsEndHoweverFullTheRing) {
  make(OverflowMode::kDrop);
  constexpr std::uint64_t kOpen = 10;  // at most a quarter of the ring is kept back
  for (std::uint64_t open = 0; open < kOpen; ++open) {
    have_open(open);
    ASSERT_TRUE(start(1));
  }
  have_open(kOpen);
  while (start(2)) ASSERT_TRUE(end(2));
  for (std::uint64_t i = 0; i < kOpen; ++i) EXPECT_TRUE(end(1)) << i;
  EXPECT_EQ(ring().lost_ends.load(), 0u);
  EXPECT_EQ(ring().lost_starts.load(), 1u);
}

TEST_F(RoomTest, WhatIsCapturedTakesNothingThatIsKeptForEndsNorTheRoomOfItsStart) {
  make(OverflowMode::kDrop);
  constexpr std::uint64_t kOpen = 10;
  const char text[] = "twenty-four bytes of it";
  for (std::uint64_t open = 0; open < kOpen; ++open) {
    have_open(open);
    ASSERT_TRUE(start(1));
  }
  have_open(kOpen);
  while (push_captured(lane(), wire::RecordType::kArguments, 2, {text, 24})) {
    ASSERT_TRUE(start(2));
    ASSERT_TRUE(end(2));
  }
  for (std::uint64_t i = 0; i < kOpen; ++i) EXPECT_TRUE(end(1)) << i;
  EXPECT_EQ(ring().lost_ends.load() + ring().lost_starts.load(), 0u);
  EXPECT_FALSE(push_captured(lane(), wire::RecordType::kArguments, 2, {text, 1 << 20}));
}

TEST_F(RoomTest, BlockWaitsForTheReaderAndLosesNothing) {
  make(OverflowMode::kBlock);
  runtime_->session().enqueue_timeout_ms = 60'000;
  constexpr std::uint64_t kCalls = 2'000;
  std::thread thread([&] { fill_with_calls(kCalls); });
  std::uint64_t events = 0;
  while (events < 2 * kCalls) {
    events += read().size();
    ring().tail_bell.fetch_add(1);
    collector::wake(ring().tail_bell);
  }
  thread.join();
  EXPECT_EQ(ring().lost_starts.load() + ring().lost_ends.load(), 0u);
}

TEST_F(RoomTest, BlockGivesUpWhenTheTimeIsOverAndDoesNotWaitAgainForTheSameReader) {
  make(OverflowMode::kBlock);
  runtime_->session().enqueue_timeout_ms = 1;
  while (start(1)) ASSERT_TRUE(end(1));
  const std::uint64_t bells = surroundings.bells.load();
  EXPECT_FALSE(start(1));
  EXPECT_EQ(surroundings.bells.load(), bells) << "the reader has not moved: not even called";
  EXPECT_EQ(ring().lost_starts.load(), 2u);
  read();
  EXPECT_TRUE(start(2));
  EXPECT_EQ(read(), (Lines{"lost 2 0", "start 2"}));
}

TEST_F(RoomTest, NobodyWaitsForADeadReader) {
  make(OverflowMode::kBlock);
  runtime_->session().enqueue_timeout_ms = 86'400'000;
  runtime_->session().collector_state = wire::CollectorState::kGone;
  while (start(1)) ASSERT_TRUE(end(1));
  EXPECT_EQ(ring().lost_starts.load(), 1u);
}

TEST_F(RoomTest, FramesLeftWithoutRoomAreToldWithTheLosses) {
  make(OverflowMode::kDrop);
  const std::uint64_t payload[2] = {0, 0};
  while (push_record(lane(), wire::RecordType::kRename, payload, 2)) {
  }
  push_leave(lane(), 3, wire::LeaveReason::kUnwound);
  EXPECT_EQ(ring().lost_ends.load(), 3u);
  read();
  push_losses(lane());
  EXPECT_EQ(read(), (Lines{"lost 0 3"}));
  push_losses(lane());
  EXPECT_EQ(read(), Lines{}) << "once";
}

TEST_F(RoomTest, ARecordLargerThanTheRingIsRefusedAtOnceInEveryMode) {
  for (const OverflowMode mode : {OverflowMode::kBlock, OverflowMode::kDrop, OverflowMode::kOverwrite}) {
    make(mode);
    runtime_->session().enqueue_timeout_ms = 86'400'000;
    const std::string text(kWords * 8, 'x');
    EXPECT_FALSE(push_record(lane(), wire::RecordType::kThrow, nullptr, 0, {text.data(), kWords * 8}));
    EXPECT_TRUE(start(1));
    EXPECT_EQ(read(), (Lines{"start 1"}));
  }
}

TEST_F(RoomTest, WithoutMemoryForTheRingToGrowCallsAreLostUntilThereIsSome) {
  for (const OverflowMode mode : {OverflowMode::kDrop, OverflowMode::kOverwrite}) {
    make(mode);
    surroundings.memory = false;
    EXPECT_FALSE(start(1));
    EXPECT_FALSE(start(1));
    EXPECT_EQ(ring().head.load(), 0u);
    EXPECT_EQ(ring().lost_starts.load(), 2u);
    surroundings.memory = true;
    EXPECT_TRUE(start(2));
    EXPECT_EQ(read(), (Lines{"lost 2 0", "start 2"}));
  }
}

TEST_F(RoomTest, OverwriteLosesTheOldestAndSaysHowMany) {
  make(OverflowMode::kOverwrite);
  for (std::uint32_t id = 1; id <= 100; ++id) {
    ASSERT_TRUE(start(id));
    ASSERT_TRUE(end(id));
  }
  EXPECT_EQ(ring().lost_starts.load(), 0u);
  const Lines lines = read();
  ASSERT_FALSE(lines.empty());
  const std::uint64_t kept = lines.size() / 2;
  EXPECT_GT(kept, kWords / 4);
  const bool split = (lines.size() - 1) % 2 == 1;  // an end whose start is gone
  EXPECT_EQ(lines.front(), "gap lost " + std::to_string(100 - (lines.size() - 1) / 2) + " ended 0 opened " +
                               std::to_string(split ? 1 : 0));
  EXPECT_EQ(lines.back(), "end 100");
  EXPECT_EQ(ring().overwritten_starts.load(), 100 - (lines.size() - 1) / 2);
  ASSERT_TRUE(start(7));
  EXPECT_EQ(read(), (Lines{"start 7"})) << "the gap is told once";
}

TEST_F(RoomTest, OverwriteTakesNothingWhileThereIsRoom) {
  make(OverflowMode::kOverwrite);
  for (int round = 0; round < 50; ++round) {
    for (std::uint64_t i = 0; i + 8 < kWords / 2; ++i) fill_with_calls(1);
    for (const std::string& line : read()) ASSERT_EQ(line.rfind("gap", 0), std::string::npos) << round;
  }
  EXPECT_EQ(ring().overwritten_starts.load(), 0u);
}

TEST_F(RoomTest, AGapSaysWhichOpenCallsEndedInItAndHowManyBegan) {
  make(OverflowMode::kOverwrite, 128);
  for (std::uint32_t id = 1; id <= 3; ++id) start(id);
  EXPECT_EQ(read(), (Lines{"start 1", "start 2", "start 3"}));
  end(3);
  push_leave(lane(), 1, wire::LeaveReason::kUnwound);  // 2
  for (std::uint32_t id = 10; id < 15; ++id) start(id);
  while (ring().tail.load() < 10) fill_with_calls(1);  // all of that is taken back
  const Lines lines = read();
  EXPECT_EQ(lines.front().substr(lines.front().find("ended")), "ended 2 opened 5");
}

TEST_F(RoomTest, GapsThatNobodyHasReadAddUp) {
  make(OverflowMode::kOverwrite);
  start(1);
  read();
  end(1);
  start(2);
  start(3);
  fill_with_calls(30);  // the first gap holds end 1, start 2, start 3
  end(3);
  fill_with_calls(60);  // another holds end 3
  const Lines lines = read();
  EXPECT_EQ(lines.front().substr(lines.front().find("ended")), "ended 1 opened 1");
}

TEST_F(RoomTest, AGapKeepsTheNameTheClockAndThatExceptionsFlew) {
  make(OverflowMode::kOverwrite);
  start(1);
  read();
  std::uint64_t name[2] = {0x656d616e, 0};
  push_record(lane(), wire::RecordType::kRename, name, 2);
  push_record(lane(), wire::RecordType::kCatch, name, 1);
  surroundings.ticks = 0x5'0000'0000;
  fill_with_calls(60);
  const collector::RingRecord* record = reader_->peek();
  ASSERT_NE(record, nullptr);
  ASSERT_EQ(record->kind, EventKind::kNone);
  EXPECT_EQ(record->gap->renamed, 1u);
  EXPECT_EQ(record->gap->name[0], name[0]);
  EXPECT_EQ(record->gap->exceptions, 1u);
  EXPECT_EQ(record->ticks >> 32, 5u);
  reader_->advance();
  EXPECT_EQ(reader_->peek()->ticks >> 32, 5u);
}

TEST_F(RoomTest, AGapKeepsTheThreadsStacksApart) {
  make(OverflowMode::kOverwrite, 256);
  const auto switch_to = [&](std::uint64_t number) { push_record(lane(), wire::RecordType::kSwitch, &number, 1); };
  start(1);
  read();
  start(2);
  switch_to(1);
  for (std::uint32_t id = 3; id < 6; ++id) start(id);
  switch_to(0);
  end(2);
  end(1);
  switch_to(1);
  end(5);
  const std::uint64_t behind = ring().head.load();
  while (ring().tail.load() < behind) fill_with_calls(1);
  const std::uint64_t split = (ring().tail.load() - behind) % 2;  // the gap ends in the middle of a call
  const collector::RingRecord* record = reader_->peek();
  ASSERT_NE(record, nullptr);
  ASSERT_EQ(record->kind, EventKind::kNone);
  const wire::Gap& gap = *record->gap;
  ASSERT_EQ(gap.stack_count, 3u);  // what it was on; 1; 0
  EXPECT_EQ(gap.stacks[0].opened, 1u);
  EXPECT_EQ(gap.stacks[1].number, 1u);
  EXPECT_EQ(gap.stacks[1].ends, 0u);
  EXPECT_EQ(gap.stacks[1].opened, 2u + split);
  EXPECT_EQ(gap.stacks[2].number, 0u);
  EXPECT_EQ(gap.stacks[2].ends, 2u);
  EXPECT_EQ(gap.running, 1u);
  EXPECT_EQ(gap.stacks_lost, 0u);
}

TEST_F(RoomTest, AGapOfMoreStacksThanItHasPlaceForSaysSo) {
  make(OverflowMode::kOverwrite, 256);
  for (std::uint64_t number = 1; number < 200; ++number) {
    push_record(lane(), wire::RecordType::kSwitch, &number, 1);
    start(1);
  }
  const collector::RingRecord* record = reader_->peek();
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(record->gap->stacks_lost, 1u);
  const std::uint64_t last = record->gap->last_number;
  reader_->advance();
  EXPECT_EQ(last + read().size() / 2, 199u);
}

TEST_F(RoomTest, FunctionsThatThePolicyExcludesAreNoLoss) {
  make(OverflowMode::kOverwrite);
  runtime_->decision(1) = wire::Decision::kSkip;
  start(9);
  fill_with_calls(100);
  EXPECT_EQ(read().front().substr(0, 10), "gap lost 1");
}

TEST_F(RoomTest, WhatAReaderClaimedIsNotTakenAndCountsWithItWhenItDies) {
  make(OverflowMode::kOverwrite);
  fill_with_calls(5);
  ASSERT_NE(reader_->peek(), nullptr);  // all ten words are its own now
  fill_with_calls(100);
  const Lines lines = read();
  EXPECT_EQ(Lines(lines.begin(), lines.begin() + 10), (Lines{"start 1", "end 1", "start 1", "end 1", "start 1", "end 1",
                                                             "start 1", "end 1", "start 1", "end 1"}));
  fill_with_calls(3);
  ASSERT_NE(reader_->peek(), nullptr);
  const collector::RingReader next(ring(), runtime_->words(), kWords);
  EXPECT_EQ(next.buried_starts(), 3u);
  EXPECT_EQ(next.overwritten_starts(), 105 - (lines.size() - 1) / 2);
}

// Calls as the collector makes them of what the reader shows.
class Counted final : public collector::CallSink {
 public:
  void emit(writers::Call& call) override {
    ++(call.stage == writers::Stage::kStart ? starts : ends);
    if (call.captured.empty()) return;
    ++texts;
    if (call.stage == writers::Stage::kStart) {
      text_of[call.call_id] = call.captured;
    } else if (const auto found = text_of.find(call.call_id); found != text_of.end()) {
      wrong_texts += found->second == call.captured ? 0 : 1;
    }
  }
  std::uint64_t next_call_id() override { return starts + 1; }
  collector::StackText stack_text(const std::vector<std::uint64_t>&, std::string_view, std::string_view) override {
    return {};
  }
  std::uint64_t starts = 0;
  std::uint64_t ends = 0;
  // Arguments and result of each call are the same here.
  std::uint64_t texts = 0;
  std::uint64_t wrong_texts = 0;
  std::map<std::uint64_t, std::string> text_of;  // by call
};

TEST_F(RoomTest, AReaderBesideAnOverwritingThreadLosesNoCountAndNoNesting) {
  make(OverflowMode::kOverwrite, 1024);
  constexpr std::uint64_t kEvents = 200'000;
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> gaps{0};
  std::uint64_t made = 0;
  std::vector<std::pair<std::uint32_t, std::string>> open;
  const auto capture = [&](wire::RecordType type) {
    const auto& [id, text] = open.back();
    push_captured(lane(), type, id, {text.data(), static_cast<std::uint32_t>(text.size())});
  };
  std::thread thread([&] {
    std::minstd_rand random(7);
    // On until the reader was overtaken, which a scheduler may put off.
    for (std::uint64_t i = 0; i < kEvents || (gaps == 0 && i < 100 * kEvents); ++i) {
      if (open.empty() || (open.size() < 40 && random() % 2 == 0)) {
        const auto id = static_cast<std::uint32_t>(1 + random() % 20);
        open.emplace_back(id, "call number " + std::to_string(made));
        if (random() % 3 == 0) capture(wire::RecordType::kArguments);
        EXPECT_TRUE(start(id));
        ++made;
      } else if (random() % 50 == 0) {
        push_leave(lane(), 1, wire::LeaveReason::kJumped);
        open.pop_back();
      } else {
        if (random() % 3 == 0) capture(wire::RecordType::kResult);
        EXPECT_TRUE(end(open.back().first));
        open.pop_back();
      }
    }
    done = true;
  });

  Counted sink;
  collector::CallStack stack(sink, 1000);
  std::vector<collector::DecidedFunction> functions(21);
  for (auto& function : functions) function.recorded = true;
  std::uint64_t seen = 0;
  const auto drain = [&] {
    while (const collector::RingRecord* record = reader_->peek()) {
      switch (record->kind) {
        case EventKind::kStart:
          stack.start(functions.at(record->function), 0);
          break;
        case EventKind::kEnd:
          stack.end(functions.at(record->function), 0);
          break;
        case EventKind::kNone:
          ++gaps;
          stack.gap(record->gap->stacks[0].ends, record->gap->stacks[0].opened, false, 0);
          break;
        default:
          if (record->type == wire::RecordType::kArguments || record->type == wire::RecordType::kResult) {
            const auto& payload = *record->payload;
            const std::string text(reinterpret_cast<const char*>(&payload.at(1)), payload[0] >> 32);
            const auto& function = functions.at(static_cast<std::uint32_t>(payload[0]));
            record->type == wire::RecordType::kArguments ? stack.arguments(function, text)
                                                         : stack.result(function, text);
            break;
          }
          ASSERT_EQ(record->type, wire::RecordType::kLeave);
          stack.left(static_cast<std::uint32_t>(record->payload->at(0)), collector::CallStack::Left::kOtherwise, 0);
      }
      reader_->advance();
      if (++seen % 500 == 0) std::this_thread::yield();
    }
  };
  while (!done) drain();
  thread.join();
  drain();
  EXPECT_FALSE(reader_->broken());
  EXPECT_EQ(sink.starts + reader_->overwritten_starts(), made);
  EXPECT_EQ(stack.unmatched_ends(), 0u);
  std::uint64_t still_open = 0;
  stack.each_open([&](std::uint64_t, const writers::Function&) { ++still_open; });
  EXPECT_EQ(sink.starts - sink.ends, still_open);
  EXPECT_LE(still_open, open.size());
  EXPECT_GT(sink.texts, 0u);
  EXPECT_EQ(sink.wrong_texts, 0u);
  EXPECT_GT(gaps, 0u) << "nothing was put to the test";
}

}  // namespace
}  // namespace glimpse::runtime
