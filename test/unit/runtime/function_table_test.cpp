#include "runtime/hot/function_table.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

#include "runtime/function_claim.h"
#include "test/unit/runtime/fake_table.h"

namespace glimpse::runtime {
namespace {

class FunctionTableTest : public testing::Test {
 protected:
  FunctionSlot& put(std::uintptr_t index, std::uintptr_t key) {
    slots_[index].key = key;
    return slots_[index];
  }

  static constexpr std::uintptr_t kSlots = 8;
  FakeTable fake_{kSlots};
  FunctionTable& table_ = fake_.table();
  FunctionSlot* slots_ = table_.slots;
};

TEST_F(FunctionTableTest, FunctionsSixteenBytesApartAreNeighbours) {
  EXPECT_EQ(&slot_at(table_, first_offset(table_, 0x4010)), &slot_at(table_, first_offset(table_, 0x4000)) + 1);
}

TEST_F(FunctionTableTest, FindsAFunctionInItsPlaceWhateverBecameOfIt) {
  FunctionSlot& slot = put(3, undecided_key(0x4030));
  EXPECT_EQ(find_slot(table_, 0x4030), &slot);
  put(3, counted_key(0x4030));
  EXPECT_EQ(find_slot(table_, 0x4030), &slot);
  put(3, skipped_key(0x4030));
  EXPECT_EQ(find_slot(table_, 0x4030), &slot);
}

TEST_F(FunctionTableTest, FindsAFunctionThatHadToMoveOnRoundTheEnd) {
  put(7, undecided_key(0x4070));
  FunctionSlot& moved = put(0, counted_key(0x8070));
  EXPECT_EQ(find_slot(table_, 0x8070), &moved);
}

TEST_F(FunctionTableTest, AFunctionNeverSeenHasNoSlot) {
  EXPECT_EQ(find_slot(table_, 0x4030), nullptr);
  put(3, undecided_key(0x4030));
  EXPECT_EQ(find_slot(table_, 0x8030), nullptr);
}

TEST_F(FunctionTableTest, OneEmptySlotIsATableInWhichNothingIsFound) {
  FakeTable empty(1);
  EXPECT_EQ(find_slot(empty.table(), 0x4030), nullptr);
}

TEST_F(FunctionTableTest, ASlotWhoseFunctionWasUnloadedIsPassedAndNotFree) {
  put(3, kForgottenKey);
  EXPECT_EQ(find_slot(table_, 0x4030), nullptr);
  FunctionSlot& behind = put(4, undecided_key(0x4030));
  EXPECT_EQ(find_slot(table_, 0x4030), &behind);
}

TEST_F(FunctionTableTest, AFullTableTakesNoMoreAndIsStillSearchedToAnEnd) {
  std::atomic<std::intptr_t> claimed{0};
  std::uintptr_t taken = 0;
  while (claim_slot(table_, claimed, 0x4000 + taken * 16) != nullptr) ASSERT_LE(++taken, kSlots);
  EXPECT_EQ(taken, kSlots - 1) << "an eighth stays free";
  EXPECT_EQ(find_slot(table_, 0x4000 + taken * 16), nullptr);
  EXPECT_EQ(claim_slot(table_, claimed, 0x4010), find_slot(table_, 0x4010)) << "those that are there are found";
  EXPECT_EQ(claim_slot(table_, claimed, 0x8000), nullptr);
  EXPECT_EQ(claimed, static_cast<std::intptr_t>(taken));
}

TEST_F(FunctionTableTest, AFunctionIsNotFoundByTheKeyOfAnotherState) {
  FunctionSlot& slot = put(0, counted_key(0x7fff'ffff'fff0));
  EXPECT_TRUE(has_key(slot, counted_key(0x7fff'ffff'fff0)));
  EXPECT_FALSE(has_key(slot, skipped_key(0x7fff'ffff'fff0)));
  EXPECT_FALSE(has_key(slot, undecided_key(0x7fff'ffff'fff0)));
  EXPECT_FALSE(has_key(slot, counted_key(0x7fff'ffff'ffe0)));
}

TEST_F(FunctionTableTest, WhatTheCollectorDecidesIsLearntByTheNextCall) {
  std::atomic<wire::Decision> decisions[3]{};
  table_.decisions = decisions;
  FunctionSlot& slot = put(0, undecided_key(0x4000));
  const std::uint32_t undecided = 2u << kFlagBits | kRecorded;
  slot.what = undecided;
  EXPECT_EQ(learn_decision(table_, slot, 0x4000), undecided);
  EXPECT_TRUE(has_key(slot, undecided_key(0x4000)));

  decisions[2] = wire::Decision::kRecord;
  EXPECT_EQ(learn_decision(table_, slot, 0x4000), undecided | kCounted);
  EXPECT_TRUE(has_key(slot, counted_key(0x4000)));
  EXPECT_EQ(learn_decision(table_, slot, 0x4000), undecided | kCounted);

  FunctionSlot& other = put(1, undecided_key(0x4010));
  other.what = 1u << kFlagBits | kRecorded;
  decisions[1] = wire::Decision::kSkip;
  EXPECT_EQ(learn_decision(table_, other, 0x4010), kSkippedFunction);
  EXPECT_TRUE(has_key(other, skipped_key(0x4010)));
  EXPECT_EQ(learn_decision(table_, other, 0x4010), kSkippedFunction);
}

TEST_F(FunctionTableTest, WhatIsSkippedIsAskedAboutAgainAndNothingElse) {
  std::atomic<wire::Decision> decisions[4] = {{}, {wire::Decision::kSkip}, {wire::Decision::kRecord}, {}};
  table_.decisions = decisions;
  for (const std::uint32_t id : {1u, 2u, 3u}) {
    FunctionSlot& slot = put(id, undecided_key(0x4000 + id * 16));
    slot.what = id << kFlagBits | kRecorded;
    learn_decision(table_, slot, 0x4000 + id * 16);
    ask_again(slot, 0x4000 + id * 16, id);
  }
  EXPECT_TRUE(has_key(*find_slot(table_, 0x4010), undecided_key(0x4010)));
  EXPECT_EQ(find_slot(table_, 0x4010)->what, 1u << kFlagBits | kRecorded);
  EXPECT_TRUE(has_key(*find_slot(table_, 0x4020), counted_key(0x4020)));
  EXPECT_EQ(find_slot(table_, 0x4020)->what, 2u << kFlagBits | kRecorded | kCounted);
  EXPECT_TRUE(has_key(*find_slot(table_, 0x4030), undecided_key(0x4030)));

  decisions[1] = wire::Decision::kRecord;
  EXPECT_EQ(learn_decision(table_, *find_slot(table_, 0x4010), 0x4010), 1u << kFlagBits | kRecorded | kCounted);
}

// Two calls learn, the one to skip and the other to record, while the policy changes and all functions are asked about
// again: what it says at last holds, and a slot that is found as recorded always has the word of one that is.
TEST_F(FunctionTableTest, NoCallLearnsAPolicyThatIsOver) {
  constexpr int kRounds = 50'000;
  std::atomic<wire::Decision> decisions[2]{};
  table_.decisions = decisions;
  FunctionSlot& slot = put(0, undecided_key(0x4000));
  const std::uint32_t undecided = 1u << kFlagBits | kRecorded;
  std::atomic<int> begun{-1};
  std::atomic<int> ended{-1};
  std::thread caller([&] {
    for (int round = 0; round < kRounds; ++round) {
      while (begun.load() < round) sched_yield();
      learn_decision(table_, slot, 0x4000);
      ended = round;
    }
  });
  int stale = 0;
  int torn = 0;
  for (int round = 0; round < kRounds; ++round) {
    slot.key = undecided_key(0x4000);
    slot.what = undecided;
    decisions[1] = wire::Decision::kSkip;
    begun = round;
    for (int wait = round % 64; wait > 0; --wait) __builtin_ia32_pause();
    decisions[1] = wire::Decision::kRecord;
    ask_again(slot, 0x4000, 1);
    learn_decision(table_, slot, 0x4000);
    while (ended.load() < round) {
      if (has_key(slot, counted_key(0x4000)) && slot.what != (undecided | kCounted)) ++torn;
      sched_yield();
    }
    if (learn_decision(table_, slot, 0x4000) != (undecided | kCounted)) ++stale;
    if (has_key(slot, counted_key(0x4000)) && slot.what != (undecided | kCounted)) ++torn;
  }
  caller.join();
  EXPECT_EQ(stale, 0);
  EXPECT_EQ(torn, 0);
}

TEST_F(FunctionTableTest, WhereCallsArePatchedTheHookGoesOnComingByUntilToldToSkip) {
  std::atomic<wire::Decision> decisions[2] = {{}, {wire::Decision::kSkip}};
  table_.decisions = decisions;
  table_.excluded_what = kPatchedFunction;
  FunctionSlot& slot = put(0, undecided_key(0x4000));
  slot.what = 1u << kFlagBits | kRecorded;
  EXPECT_EQ(learn_decision(table_, slot, 0x4000), kPatchedFunction);
  EXPECT_FALSE(has_key(slot, skipped_key(0x4000)));
  EXPECT_EQ(learn_decision(table_, slot, 0x4000), kPatchedFunction);
  skip_function(slot, 0x4000);
  EXPECT_TRUE(has_key(slot, skipped_key(0x4000)));
}

TEST_F(FunctionTableTest, AWordHasAnIdOnceItsFunctionIsRegisteredAndNotSkipped) {
  EXPECT_FALSE(has_id(0));
  EXPECT_FALSE(has_id(kSkippedFunction));
  EXPECT_FALSE(has_id(kPatchedFunction));
  EXPECT_TRUE(has_id(1u << kFlagBits | kRecorded));
  EXPECT_TRUE(has_id(0xffffffff));
}

}  // namespace
}  // namespace glimpse::runtime
