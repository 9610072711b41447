// The hot path, lane and buffer handed in: what enter and exit store, what they skip, and when they take a slow path.
#include "runtime/hot/hooks.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "test/unit/runtime/slow_paths_fake.h"

namespace glimpse::runtime {
namespace {

using Lines = std::vector<std::string>;

constexpr std::uintptr_t kStack = 0x7000'0000;
constexpr std::uintptr_t kSite = 0x5555'0000'1000;

class HooksTest : public testing::Test {
 protected:
  HooksTest() {
    slow_paths = {};
    frames_[0] = bottom_frame;
    lane_.top = lane_.base = frames_.data();
    lane_.end = frames_.data() + frames_.size();
    lane_.ring = &ring_;
    lane_.lap = reinterpret_cast<std::uintptr_t>(words_.data());
    lane_.limit = words_.size();
    ring_.depth_limit = wire::kUnlimitedDepth;
    lane_.stack = {0, 2 * kStack, StackKind::kThreads, 0};
    tell_now();
  }

  // The epoch the clock shows. It changes every two seconds or so, and a test across the change would take a slow path:
  // late in an epoch this waits for the next one.
  void tell_now() {
    Ticks now = read_tsc();
    while (now.low > 0xc0000000) now = read_tsc();
    lane_.epoch = now.high;
  }

  // As a hook does: the usual path, and any other where that gives up. Every path must do what the last one does alone.
  void enter(std::uint32_t id, std::uintptr_t stack_pointer, std::uintptr_t site = kSite) {
    const auto low_site = static_cast<std::uint32_t>(site);
    const bool counts = (word(id) & kCounted) != 0;
    if (counts && enter_usually(lane_, word(id), low_site, stack_pointer)) return;
    if (counts) ++unusual_;
    enter_lane(lane_, word(id), low_site, stack_pointer);
  }
  // The stack pointer of an exit is that of its frame, or of its caller's frame where the hook is a tail jump.
  void exit(std::uint32_t id, std::uintptr_t site = kSite, std::uintptr_t stack_pointer = kStack) {
    const auto low_site = static_cast<std::uint32_t>(site);
    const bool counts = (word(id) & kCounted) != 0;
    if (counts && exit_usually(lane_, word(id), low_site, stack_pointer)) return;
    if (counts) ++unusual_;
    exit_lane(lane_, word(id), low_site, stack_pointer);
  }
  std::uint32_t word(std::uint32_t id) const { return (id << kFlagBits) | kRecorded | (undecided_[id] ? 0 : kCounted); }

  Lines events() const {
    Lines lines;
    for (std::uint64_t i = 0; i < ring_.head.load(); ++i) {
      const std::uint64_t word = words_[i % words_.size()];
      lines.push_back((wire::event_kind(word) == wire::EventKind::kStart ? "start " : "end ") +
                      std::to_string(wire::event_function(word)));
    }
    return lines;
  }
  std::ptrdiff_t open() const { return lane_.top - lane_.base; }

  bool undecided_[8] = {};
  int unusual_ = 0;  // calls that the usual path gave up
  std::vector<Frame> frames_ = std::vector<Frame>(6);
  std::vector<std::uint64_t> words_ = std::vector<std::uint64_t>(16);
  wire::RingHeader ring_{};
  Lane lane_{};
};

TEST_F(HooksTest, ACallIsTwoWordsAndNothingSlow) {
  enter(1, kStack);
  EXPECT_EQ(open(), 1);
  exit(1);
  EXPECT_EQ(open(), 0);
  EXPECT_EQ(events(), (Lines{"start 1", "end 1"}));
  EXPECT_EQ(slow_paths.taken, Lines{});
  EXPECT_EQ(unusual_, 1) << "the outermost call alone, as below it there is nothing to compare with";
}

TEST_F(HooksTest, NestedCallsPairByFrame) {
  enter(1, kStack);
  enter(2, kStack - 64);
  exit(2);
  enter(2, kStack - 64);
  exit(2);
  exit(1);
  EXPECT_EQ(events(), (Lines{"start 1", "start 2", "end 2", "start 2", "end 2", "end 1"}));
  EXPECT_EQ(slow_paths.taken, Lines{});
}

TEST_F(HooksTest, InlinedFunctionsShareStackPointerAndCallSite) {
  enter(1, kStack);
  enter(2, kStack);  // inlined into 1
  exit(2);
  exit(1);
  EXPECT_EQ(events(), (Lines{"start 1", "start 2", "end 2", "end 1"}));
  EXPECT_EQ(slow_paths.taken, Lines{});
}

TEST_F(HooksTest, OnlyCallsSurelyMatchedCountAgainstTheDepth) {
  ring_.depth_limit = 1;
  undecided_[1] = true;
  enter(1, kStack);  // recorded, and not counted
  EXPECT_EQ(lane_.matched, 0u);
  enter(2, kStack - 16);
  EXPECT_EQ(lane_.matched, 1u);
  enter(3, kStack - 32);  // beyond the depth
  exit(3);
  exit(2);
  EXPECT_EQ(lane_.matched, 0u);
  exit(1);
  EXPECT_EQ(events(), (Lines{"start 1", "start 2", "end 2", "end 1"}));
  EXPECT_EQ(unusual_, 0);
}

TEST_F(HooksTest, ACallThatBeganUndecidedEndsDecided) {
  undecided_[1] = true;
  enter(1, kStack);
  undecided_[1] = false;
  exit(1);
  EXPECT_EQ(events(), (Lines{"start 1", "end 1"}));
  EXPECT_EQ(lane_.matched, 0u);
}

TEST_F(HooksTest, WithoutTheUsualPathTheSameIsRecorded) {
  ring_.depth_limit = 2;
  const auto calls = [&](bool undecided) {
    undecided_[1] = undecided_[2] = undecided_[3] = undecided;
    enter(1, kStack);
    enter(2, kStack);  // inlined into 1
    exit(2);
    enter(2, kStack - 64);
    exit(2, kSite, kStack - 64);
    exit(1);
  };
  calls(false);
  const Lines usually = events();
  EXPECT_EQ(unusual_, 1);
  calls(true);
  const Lines both = events();
  ASSERT_EQ(both.size(), 2 * usually.size());
  EXPECT_EQ(Lines(both.begin() + static_cast<std::ptrdiff_t>(usually.size()), both.end()), usually);
}

TEST_F(HooksTest, AFullRingAsksForRoomAndALostStartLosesItsEndToo) {
  lane_.limit = 0;
  slow_paths.push_succeeds = false;
  enter(1, kStack);
  EXPECT_EQ(open(), 1) << "the shadow stack stays right";
  exit(1);
  EXPECT_EQ(open(), 0);
  EXPECT_EQ(slow_paths.taken, (Lines{"push 1"}));
  EXPECT_EQ(events(), Lines{});
}

TEST_F(HooksTest, AnotherEpochTakesTheSlowPath) {
  lane_.epoch = kForeignEpoch;
  enter(1, kStack);
  exit(1);
  EXPECT_EQ(slow_paths.taken, (Lines{"push 1", "push 1"}));
  EXPECT_EQ(unusual_, 2);
}

TEST_F(HooksTest, ALaterLapStoresIntoTheSameWords) {
  ring_.head.store(words_.size());
  lane_.lap -= words_.size() * sizeof(std::uint64_t);
  lane_.limit = 2 * words_.size();
  tell_now();
  enter(5, kStack);
  EXPECT_EQ(wire::event_function(words_[0]), 5u);
  EXPECT_EQ(ring_.head.load(), words_.size() + 1);
}

TEST_F(HooksTest, WithoutPlaceForAFrameTheCallIsNotRecorded) {
  for (std::uint32_t i = 0; i < 5; ++i) enter(1, kStack - 16 * i);
  enter(2, kStack - 160);
  EXPECT_EQ(slow_paths.taken, Lines{"grow"});
  EXPECT_EQ(open(), 5);
  EXPECT_EQ(events().size(), 5u);
  exit(2);
  EXPECT_EQ(events().size(), 5u);
}

TEST_F(HooksTest, FramesThatAJumpLeftAreClosedByTheNextCallAboveThem) {
  enter(1, kStack);
  enter(2, kStack - 64);
  enter(3, kStack - 128);
  enter(4, kStack - 32);  // longjmp back into 1, which calls another
  EXPECT_EQ(slow_paths.taken, (Lines{"leave 2 reason 2"}));
  EXPECT_EQ(open(), 2);
}

TEST_F(HooksTest, AFrameAtTheSameStackPointerFromAnotherCallSiteIsStale) {
  enter(1, kStack);
  enter(2, kStack - 64, kSite + 8);
  enter(3, kStack - 64, kSite + 16);
  EXPECT_EQ(slow_paths.taken, (Lines{"leave 1 reason 2"}));
  EXPECT_EQ(open(), 2);
}

TEST_F(HooksTest, AnExitFurtherOutClosesWhatLiesWithin) {
  enter(1, kStack);
  enter(2, kStack - 64);
  enter(3, kStack - 128);
  exit(1);
  EXPECT_EQ(slow_paths.taken, (Lines{"leave 2 reason 2"}));
  EXPECT_EQ(open(), 0);
  EXPECT_EQ(events().back(), "end 1");
}

TEST_F(HooksTest, AnExitOfNoOpenCallChangesNothing) {
  exit(1);
  enter(1, kStack);
  exit(2);
  EXPECT_EQ(open(), 1);
  EXPECT_EQ(events(), (Lines{"start 1"}));
  EXPECT_EQ(slow_paths.taken, Lines{});
}

TEST_F(HooksTest, AnExitFromAnotherCallSiteEndsTheInnermostCallOfItsFunction) {
  enter(1, kStack, kSite);
  enter(1, kStack - 64, kSite + 4);
  exit(1, kSite + 8);
  EXPECT_EQ(open(), 1);
  EXPECT_EQ(slow_paths.taken, Lines{});
}

TEST_F(HooksTest, AnExitPrefersTheCallFromItsOwnCallSite) {
  enter(1, kStack, kSite);
  enter(1, kStack - 64, kSite + 4);
  exit(1, kSite);
  EXPECT_EQ(open(), 0);
  EXPECT_EQ(slow_paths.taken, (Lines{"leave 1 reason 2"}));
}

TEST_F(HooksTest, LeavingFramesOfWhichNoneIsInTheRingTellsNothing) {
  ring_.depth_limit = 0;
  enter(1, kStack);
  enter(2, kStack - 64);
  exit(1);
  EXPECT_EQ(slow_paths.taken, Lines{});
  EXPECT_EQ(open(), 0);
}

TEST_F(HooksTest, LeavingCountedFramesGivesTheirDepthBack) {
  enter(1, kStack);
  enter(2, kStack - 64);
  EXPECT_EQ(lane_.matched, 2u);
  exit(1);
  EXPECT_EQ(lane_.matched, 0u);
}

}  // namespace
}  // namespace glimpse::runtime
