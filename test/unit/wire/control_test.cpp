#include "glimpse/wire/control.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <thread>

namespace glimpse::wire {
namespace {

class DepthLimit : public testing::Test {
 protected:
  static constexpr std::uint32_t kRings = 3;

  DepthLimit() {
    header_->recording.store(1);
    header_->policy_depth.store(5);
    header_->ring_count.store(2);
  }
  void settle() {
    settle_depth_limit(*header_, kRings, [this](std::uint32_t i) -> RingHeader& { return rings_[i]; });
  }
  std::uint32_t of(std::uint32_t ring) const { return rings_[ring].depth_limit.load(); }

  std::unique_ptr<ProcessHeader> header_ = std::make_unique<ProcessHeader>();
  std::unique_ptr<RingHeader[]> rings_ = std::make_unique<RingHeader[]>(kRings);
};

TEST_F(DepthLimit, IsThePolicysInEachRingThatIsCounted) {
  settle();
  EXPECT_EQ(of(0), 5u);
  EXPECT_EQ(of(1), 5u);
  EXPECT_EQ(of(2), 0u);
}

TEST_F(DepthLimit, IsZeroWhileRecordingIsOffWhateverThePolicySays) {
  header_->recording.store(0);
  settle();
  EXPECT_EQ(of(0), 0u);
  header_->policy_depth.store(9);
  settle();
  EXPECT_EQ(of(0), 0u);
  header_->recording.store(1);
  settle();
  EXPECT_EQ(of(0), 9u);
}

TEST_F(DepthLimit, StopsAtTheRingsThereAreWhateverTheCountSays) {
  header_->ring_count.store(1000);
  settle();
  EXPECT_EQ(of(2), 5u);
}

TEST_F(DepthLimit, OfANewRingIsThatOfTheProcess) {
  settle();
  begin_depth_limit(*header_, rings_[2]);
  EXPECT_EQ(of(2), 5u);
}

TEST_F(DepthLimit, IsTheLastWordOfSeveralWhoChangeIt) {
  for (int round = 0; round < 200; ++round) {
    std::thread off([&] {
      header_->recording.store(0);
      settle();
      header_->recording.store(1);
      settle();
    });
    std::thread depth([&] {
      header_->policy_depth.store(static_cast<std::uint32_t>(round) + 10);
      settle();
    });
    off.join();
    depth.join();
    ASSERT_EQ(of(0), static_cast<std::uint32_t>(round) + 10);
    ASSERT_EQ(of(1), static_cast<std::uint32_t>(round) + 10);
  }
}

TEST(Requests, AreDoneOnceTheyAreCounted) {
  EXPECT_FALSE(request_done(0, 1));
  EXPECT_TRUE(request_done(1, 1));
  EXPECT_TRUE(request_done(7, 1));
  EXPECT_FALSE(request_done(0xffffffff, 0));
  EXPECT_TRUE(request_done(1, 0xffffffff));
}

}  // namespace
}  // namespace glimpse::wire
