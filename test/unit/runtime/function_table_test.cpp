#include "runtime/hot/function_table.h"

#include <gtest/gtest.h>

#include "test/unit/runtime/fake_table.h"

namespace glimpse::runtime {
namespace {

class FunctionTableTest : public testing::Test {
 protected:
  FunctionSlot& put(std::uintptr_t index, std::uintptr_t function, std::uint32_t id) {
    slots_[index].function = function;
    slots_[index].id = id;
    return slots_[index];
  }

  static constexpr std::uintptr_t kSlots = 8;
  FakeTable fake_{kSlots};
  FunctionTable& table_ = fake_.table();
  FunctionSlot* slots_ = table_.slots;
};

TEST_F(FunctionTableTest, FunctionsSixteenBytesApartAreNeighbours) {
  EXPECT_EQ(slot_index(0x4010, kSlots - 1), slot_index(0x4000, kSlots - 1) + 1);
  EXPECT_EQ(slot_index(0x400f, kSlots - 1), slot_index(0x4000, kSlots - 1));
}

TEST_F(FunctionTableTest, FindsAFunctionInItsPlace) {
  FunctionSlot& slot = put(3, 0x4030, 1);
  EXPECT_EQ(find_slot(table_, 0x4030), &slot);
}

TEST_F(FunctionTableTest, FindsAFunctionThatHadToMoveOnRoundTheEnd) {
  put(7, 0x4070, 1);
  FunctionSlot& moved = put(0, 0x8070, 2);
  EXPECT_EQ(find_slot(table_, 0x8070), &moved);
}

TEST_F(FunctionTableTest, AFunctionNeverSeenHasNoSlot) {
  EXPECT_EQ(find_slot(table_, 0x4030), nullptr);
  put(3, 0x4030, 1);
  EXPECT_EQ(find_slot(table_, 0x8030), nullptr);
}

TEST_F(FunctionTableTest, OneEmptySlotIsATableInWhichNothingIsFound) {
  FakeTable empty(1);
  EXPECT_EQ(find_slot(empty.table(), 0x4030), nullptr);
}

TEST_F(FunctionTableTest, ASlotWhoseFunctionWasUnloadedIsPassedAndNotFree) {
  put(3, kForgottenFunction, 1);
  EXPECT_EQ(find_slot(table_, 0x4030), nullptr);
  FunctionSlot& behind = put(4, 0x4030, 2);
  EXPECT_EQ(find_slot(table_, 0x4030), &behind);
}

TEST_F(FunctionTableTest, ASlotHasAnIdOnceItIsRegisteredAndNotSkipped) {
  EXPECT_FALSE(has_id(put(0, 0x10, 0)));
  EXPECT_TRUE(has_id(put(0, 0x10, 1)));
  EXPECT_TRUE(has_id(put(0, 0x10, kPatchedFunction - 1)));
  EXPECT_FALSE(has_id(put(0, 0x10, kPatchedFunction)));
  EXPECT_FALSE(has_id(put(0, 0x10, kSkippedFunction)));
  EXPECT_TRUE(is_skipped(&slots_[0]));
  EXPECT_FALSE(is_skipped(&put(0, 0x10, 0)));
  EXPECT_FALSE(is_skipped(nullptr));
}

}  // namespace
}  // namespace glimpse::runtime
