// Which stack a thread is on: real memory, with pages that cannot be read in between, and stack pointers made up.
#include "runtime/stacks.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <string>
#include <vector>

#include "runtime/hot/function_table.h"
#include "runtime/shadow_stack.h"
#include "test/unit/runtime/slow_paths_fake.h"

namespace glimpse::runtime {
namespace {

using Lines = std::vector<std::string>;
constexpr std::uintptr_t kPage = 4096;

class StacksTest : public testing::Test {
 protected:
  StacksTest() : lane_(this_thread.lane) {
    slow_paths = {};
    this_thread = {};
    // Pages of their own, as parked frames are unmapped in the end.
    lane_.base = static_cast<Frame*>(pages(kPage));
    lane_.base[0] = bottom_frame;
    lane_.top = lane_.base;
    lane_.end = lane_.base + kPage / sizeof(Frame);
    lane_.ring = &ring_;
    memory_ = reinterpret_cast<std::uintptr_t>(pages(kBytes));
    // The thread's own: the upper half. What lies below it is for fibers.
    lane_.stack = {memory_ + kBytes / 2 + kPage, memory_ + kBytes, StackKind::kThreads, 0};
    guard(kBytes / 2);
  }
  ~StacksTest() override {
    forget_stacks(this_thread);
    munmap(lane_.base, kPage);
    munmap(reinterpret_cast<void*>(memory_), kBytes);
  }

  static void* pages(std::uintptr_t bytes) {
    return mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  }
  void guard(std::uintptr_t offset) {
    ASSERT_EQ(0, mprotect(reinterpret_cast<void*>(memory_ + offset), kPage, PROT_NONE));
  }

  // A call of `id` at this place in the memory, on whatever stack that is.
  void call(std::uint32_t id, std::uintptr_t offset) {
    find_stack(lane_, memory_ + offset);
    *++lane_.top = {memory_ + offset, 0, (id << kFlagBits) | kRecorded};
  }
  // The calls that are open on the stack the thread is on.
  std::vector<std::uint32_t> open() const {
    std::vector<std::uint32_t> ids;
    for (const Frame* frame = lane_.base + 1; frame <= lane_.top; ++frame) {
      ids.push_back(frame->what >> kFlagBits);
    }
    return ids;
  }

  static constexpr std::uintptr_t kBytes = 8 << 20;
  static constexpr std::uintptr_t kOwn = kBytes - 64;           // a place near the top of the thread's own stack
  static constexpr std::uintptr_t kFiber = (1 << 20) - 64;      // near the top of one fiber's
  static constexpr std::uintptr_t kOther = 2 * (1 << 20) - 64;  // and of another's
  std::uintptr_t memory_;
  Lane& lane_;
  wire::RingHeader ring_{};
};

using Ids = std::vector<std::uint32_t>;

TEST_F(StacksTest, CallsOfFibersDoNotMix) {
  call(1, kOwn);
  call(2, kFiber);
  EXPECT_EQ(open(), (Ids{2}));
  call(3, kOther);
  EXPECT_EQ(open(), (Ids{3}));
  call(4, kFiber - 500);
  EXPECT_EQ(open(), (Ids{2, 4}));
  call(5, kOwn - 500);
  EXPECT_EQ(open(), (Ids{1, 5}));
  EXPECT_EQ(lane_.parked_frames, 3u);
}

TEST_F(StacksTest, EveryStackHasANumberOfItsOwn) {
  call(1, kOwn);
  EXPECT_EQ(lane_.stack.number, 0u);
  call(2, kFiber);
  EXPECT_EQ(lane_.stack.number, 1u);
  call(3, kOther);
  EXPECT_EQ(lane_.stack.number, 2u);
  call(4, kFiber - 100);
  EXPECT_EQ(lane_.stack.number, 1u);
}

TEST_F(StacksTest, ADeepCallIsOnTheSameStackAsFarAsMemoryReaches) {
  call(1, kOwn);
  call(2, kBytes / 2 + 2 * kPage);
  EXPECT_EQ(open(), (Ids{1, 2}));
}

TEST_F(StacksTest, AnUnreadablePageIsTheEndOfAStack) {
  call(1, kFiber);
  guard(kFiber / kPage * kPage - kPage);
  call(2, kFiber - 3 * kPage);
  EXPECT_EQ(open(), (Ids{2}));
}

TEST_F(StacksTest, AFiberGrowsDownByWhatASmallStackCouldHold) {
  call(1, kFiber);
  call(2, kFiber - (24 << 10));
  EXPECT_EQ(open(), (Ids{1, 2}));
  call(3, kFiber - (24 << 10) - (64 << 10));
  EXPECT_EQ(open(), (Ids{3}));
}

TEST_F(StacksTest, AnnouncedStacksMayBeSmallAndSideBySide) {
  call(1, kOwn);
  switch_stack(lane_, memory_, memory_ + (8 << 10));
  call(2, (8 << 10) - 64);
  switch_stack(lane_, memory_ + (8 << 10), memory_ + (16 << 10));
  call(3, (16 << 10) - 64);
  EXPECT_EQ(open(), (Ids{3}));
  call(4, (8 << 10) - 200);  // nobody says so, but it is known whose memory this is
  EXPECT_EQ(open(), (Ids{2, 4}));
}

TEST_F(StacksTest, AFiberWithinTheThreadsOwnStackIsStillOneOfItsOwn) {
  call(1, kOwn);
  const std::uintptr_t low = memory_ + kBytes - (64 << 10);
  switch_stack(lane_, low, low + (16 << 10));
  call(2, kBytes - (48 << 10) - 64);
  EXPECT_EQ(open(), (Ids{2}));
  call(3, kBytes - (48 << 10) + 64);
  EXPECT_EQ(open(), (Ids{1, 3}));
}

TEST_F(StacksTest, AFiberWithoutOpenCallsIsForgotten) {
  call(1, kOwn);
  call(2, kFiber);
  --lane_.top;
  call(3, kOwn - 100);
  call(4, kFiber);
  EXPECT_EQ(lane_.stack.number, 2u);
  EXPECT_EQ(open(), (Ids{4}));
}

TEST_F(StacksTest, NewStacksInTheMemoryOfOldOnesEndTheirCalls) {
  call(1, kOwn);
  switch_stack(lane_, memory_, memory_ + (64 << 10));
  call(2, (64 << 10) - 64);
  call(3, kOwn - 100);
  switch_stack(lane_, memory_ - kPage, memory_ + (32 << 10));
  EXPECT_EQ(open(), Ids{});
  EXPECT_EQ(slow_paths.taken, (Lines{"leave 1 reason 2"}));
  EXPECT_EQ(lane_.parked_frames, 2u);
}

TEST_F(StacksTest, WhenTheThreadEndsItsFibersCallsEndToo) {
  call(1, kOwn);
  call(2, kFiber);
  call(3, kFiber - 100);
  call(4, kOwn - 100);
  close_parked_stacks(this_thread);
  EXPECT_EQ(slow_paths.taken, (Lines{"leave 2 reason 2"}));
  EXPECT_EQ(open(), (Ids{1, 4}));
  EXPECT_EQ(lane_.parked_frames, 0u);
}

TEST_F(StacksTest, ManyFibersKeepTheirPlaces) {
  call(1, kOwn);
  for (std::uint32_t fiber = 0; fiber < 200; ++fiber) {
    switch_stack(lane_, memory_ + fiber * 16384, memory_ + (fiber + 1) * 16384);
    call(1000 + fiber, (fiber + 1) * 16384 - 64);
  }
  for (std::uint32_t fiber = 200; fiber-- > 0;) {
    find_stack(lane_, memory_ + (fiber + 1) * 16384 - 128);
    EXPECT_EQ(open(), (Ids{1000 + fiber}));
  }
}

TEST_F(StacksTest, AHandlersLaneStaysOnTheStackItInterrupted) {
  lane_.index = 1;
  call(1, kOwn);
  call(2, kFiber);
  EXPECT_EQ(open(), (Ids{1, 2}));
}

}  // namespace
}  // namespace glimpse::runtime
