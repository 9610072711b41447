// Records on their way through the queue: each arrives once, in order, whatever destinations do.
#include "writers/delivery/delivery.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "test/support/memory_destination.h"
#include "test/support/temporary_folder.h"

namespace glimpse::writers::delivery {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kLimit = 16 << 20;

class DeliveryTest : public testing::Test {
 protected:
  DeliveryTest() {
    for (std::uint32_t i = 0; i < 200; ++i)
      functions_.push_back({i, "app::f" + std::to_string(i) + "(int)", "app", "", 0});
  }

  void begin(std::uint64_t limit = kLimit) {
    auto opened = Delivery::open(folder_.path(), limit);
    ASSERT_TRUE(opened) << opened.error().message;
    delivery_ = std::move(*opened);
  }
  void add(Kept& kept, Mood& mood, const std::string& name, bool sets_pace = true) {
    delivery_->add(std::make_unique<MemoryDestination>(kept, mood, name), sets_pace, 5s);
  }

  // So many calls, two records each; nothing flushed but every `flush_every` records.
  void calls(std::uint64_t count, std::uint64_t flush_every = 10'000) {
    for (std::uint64_t i = 0; i < count; ++i) {
      Call call;
      call.call_id = ++call_id_;
      call.function = &functions_[call_id_ % functions_.size()];
      call.pid = call.tid = 7;
      call.timestamp_ns = static_cast<std::int64_t>(1000 * call_id_);
      call.entry_id = ++entry_id_;
      delivery_->call(call);
      call.stage = Stage::kEnd;
      call.entry_id = ++entry_id_;
      call.timestamp_ns += 500 + static_cast<std::int64_t>(call_id_ * 7919 % 400);
      call.duration_ns = static_cast<std::uint64_t>(call.timestamp_ns) - 1000 * call_id_;
      delivery_->call(call);
      if (entry_id_ % flush_every == 0) flush();
    }
  }
  void flush() {
    const auto done = delivery_->flush();
    ASSERT_TRUE(done) << done.error().message;
  }
  void expect_all(Kept& kept) {
    const std::scoped_lock lock(kept.mutex);
    std::vector<std::uint64_t> wanted(entry_id_);
    std::iota(wanted.begin(), wanted.end(), 1);
    EXPECT_EQ(kept.entries, wanted);
  }
  static bool soon(const std::function<bool()>& true_now) {
    for (const auto until = std::chrono::steady_clock::now() + 20s; std::chrono::steady_clock::now() < until;) {
      if (true_now()) return true;
      std::this_thread::sleep_for(2ms);
    }
    return false;
  }
  std::uint64_t queue_files() const {
    std::uint64_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      count += entry.path().filename().string().starts_with("queue-") ? 1 : 0;
    return count;
  }
  DestinationHealth health(std::size_t number = 0) { return delivery_->health().at(number); }

  TemporaryFolder folder_;
  std::vector<Function> functions_;
  std::unique_ptr<Delivery> delivery_;
  std::uint64_t entry_id_ = 0;
  std::uint64_t call_id_ = 0;
};

TEST_F(DeliveryTest, EachRecordArrivesOnceAndInOrder) {
  Kept one, two;
  Mood mood;
  begin();
  add(one, mood, "one");
  add(two, mood, "two");
  calls(100'000);
  ASSERT_TRUE(delivery_->finish());
  expect_all(one);
  expect_all(two);
  EXPECT_EQ(health(0).delivered, entry_id_);
  EXPECT_EQ(health(1).waiting, 0u);
  EXPECT_EQ(one.functions.at(0), "app::f1(int)");
  EXPECT_TRUE(mood.hurried);
}

TEST_F(DeliveryTest, AFailingDestinationHoldsUpNeitherTheOtherNorTheProgram) {
  Kept good, bad;
  Mood fine, broken;
  broken.outcome = Commit::Outcome::kKept;
  begin();
  add(good, fine, "good");
  add(bad, broken, "bad");
  calls(200'000);
  flush();
  EXPECT_TRUE(soon([&] { return good.size() == entry_id_; }));
  EXPECT_EQ(bad.size(), 0u);
  EXPECT_EQ(health(1).state, "failing");
  EXPECT_EQ(health(1).problem, "memory: out of order");
  broken.outcome = Commit::Outcome::kDone;
  ASSERT_TRUE(delivery_->finish());
  expect_all(bad);
  EXPECT_EQ(health(1).state, "ok");
  const auto messages = delivery_->take_messages();
  EXPECT_EQ(messages, (std::vector<std::string>{"bad: memory: out of order; it is tried again", "bad: works again"}));
}

TEST_F(DeliveryTest, WhatWasForgottenIsGivenAgain) {
  Kept kept;
  Mood mood;
  begin(1 << 20);
  add(kept, mood, "memory");
  for (int round = 0; round < 20; ++round) {
    mood.outcome = round % 2 == 0 ? Commit::Outcome::kForgotten : Commit::Outcome::kDone;
    calls(2'000, 500);
    std::this_thread::sleep_for(10ms);
  }
  mood.outcome = Commit::Outcome::kDone;
  ASSERT_TRUE(delivery_->finish());
  expect_all(kept);
}

TEST_F(DeliveryTest, ADestinationThatCannotBeOpenedYetGetsEverythingLater) {
  Kept kept;
  Mood mood;
  mood.opens = false;
  begin();
  add(kept, mood, "memory");
  calls(1'000);
  flush();
  EXPECT_TRUE(soon([&] { return health().state == "failing"; }));
  mood.opens = true;
  ASSERT_TRUE(delivery_->finish());
  expect_all(kept);
}

TEST_F(DeliveryTest, SegmentsAreDeletedOnceAllHaveThem) {
  Kept kept;
  Mood mood;
  begin(1 << 20);
  add(kept, mood, "memory");
  calls(400'000, 2'000);
  ASSERT_TRUE(delivery_->finish());
  expect_all(kept);
  EXPECT_LE(queue_files(), 2u);
}

TEST_F(DeliveryTest, AFullQueueLosesItsOldestForThoseWhoDoNotSetThePaceAndCountsThem) {
  Kept quick, stuck;
  Mood fine, broken;
  broken.outcome = Commit::Outcome::kKept;
  begin(1 << 20);
  add(quick, fine, "quick");
  add(stuck, broken, "stuck", false);
  calls(1'500'000, 2'000);
  flush();
  EXPECT_TRUE(soon([&] { return quick.size() == entry_id_; }));
  EXPECT_LE(queue_files(), 22u);
  broken.outcome = Commit::Outcome::kDone;
  ASSERT_TRUE(delivery_->finish());
  expect_all(quick);
  const DestinationHealth lost = health(1);
  EXPECT_GT(lost.dropped, 0u);
  EXPECT_EQ(lost.dropped + stuck.size(), entry_id_);
  EXPECT_EQ(lost.delivered, stuck.size());
  const std::scoped_lock lock(stuck.mutex);
  EXPECT_TRUE(std::ranges::is_sorted(stuck.entries));
}

TEST_F(DeliveryTest, ASlowDestinationThatSetsThePaceLosesNothing) {
  Kept kept;
  Mood slow;
  slow.takes_us = 3'000;
  begin(1 << 20);
  add(kept, slow, "slow");
  calls(400'000, 2'000);
  ASSERT_TRUE(delivery_->finish());
  expect_all(kept);
  EXPECT_EQ(health().dropped, 0u);
}

TEST_F(DeliveryTest, WhatIsLeftIsDeliveredByWhoeverOpensTheQueueAgain) {
  Kept kept;
  Mood mood;
  mood.outcome = Commit::Outcome::kKept;
  begin(1 << 20);
  add(kept, mood, "memory");
  calls(30'000, 2'000);
  const auto finished = delivery_->finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().message, "memory: memory: out of order");
  EXPECT_EQ(health().state, "stopped");
  delivery_.reset();
  mood.outcome = Commit::Outcome::kDone;
  begin(1 << 20);
  add(kept, mood, "memory");
  calls(10'000, 2'000);
  ASSERT_TRUE(delivery_->finish());
  expect_all(kept);
}

TEST_F(DeliveryTest, ReopenedManyTimesNothingIsLostOrDoubled) {
  Kept kept;
  Mood mood;
  for (int round = 0; round < 10; ++round) {
    begin(1 << 20);
    mood.notes_position = round % 2 == 0;  // otherwise the Courier's own note counts
    mood.outcome = round % 3 == 1 ? Commit::Outcome::kForgotten : Commit::Outcome::kDone;
    add(kept, mood, "memory");
    calls(3'000, 700);
    flush();
    std::this_thread::sleep_for(20ms);
    mood.outcome = Commit::Outcome::kDone;
    ASSERT_TRUE(delivery_->finish());
    delivery_.reset();
  }
  expect_all(kept);
}

TEST_F(DeliveryTest, AProgramThatWaitsFindsItsRecordsThere) {
  Kept kept;
  Mood mood;
  begin();
  add(kept, mood, "memory");
  calls(5'000);
  flush();
  delivery_->wait_for_arrival();
  expect_all(kept);
  ASSERT_TRUE(delivery_->finish());
}

}  // namespace
}  // namespace glimpse::writers::delivery
