// What is written while a disk is nearly full: whole calls, notices in their places, and a summary that counts the
// rest.
#include "writers/disk_gate.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace glimpse::writers {
namespace {

constexpr std::uint64_t kLeast = 64 << 20;
constexpr std::uint64_t kPlenty = 1 << 30;
constexpr std::uint64_t kDisk = std::uint64_t{1} << 40;

class DiskGateTest : public testing::Test {
 protected:
  void call(Stage stage, std::uint64_t call_id, std::uint32_t pid = 7) {
    pass(Call{.stage = stage,
              .entry_id = ++entry_,
              .call_id = call_id,
              .function = &function_,
              .timestamp_ns = 100,
              .pid = pid,
              .tid = pid});
  }
  void start(std::uint64_t id) { call(Stage::kStart, id); }
  void end(std::uint64_t id) { call(Stage::kEnd, id); }
  template <typename Record>
  void pass(const Record& record) {
    if (gate_.is_open()) return put(record);
    gate_.pass(record, [this](const auto& one) { this->put(one); });
  }
  void put(const Call& record) {
    const char* const words[] = {"START ", "END ", "EXCEPTION ", "CALL "};
    seen(record.entry_id, words[static_cast<int>(record.stage)] + std::to_string(record.call_id));
  }
  void put(const Notice& record) {
    EXPECT_EQ(record.reason, "disk_full");
    notices_.emplace_back(record.message);
    seen(record.entry_id, "notice" + (record.dropped != 0 ? " " + std::to_string(record.dropped) : ""));
  }
  void put(const Thread& record) { seen(record.entry_id, "thread"); }
  void put(const Summary& record) {
    std::string text = "summary " + std::to_string(record.calls) + " " + std::to_string(record.records) + " open " +
                       std::to_string(record.open_calls);
    for (const auto& [reason, count] : record.dropped) text += " " + reason + " " + std::to_string(count);
    seen(record.entry_id, text);
  }
  void seen(std::uint64_t entry, const std::string& text) {
    EXPECT_GT(entry, last_) << "in order";
    last_ = entry;
    seen_.push_back(text);
  }

  std::vector<std::string> told_;
  DiskGate gate_{{.min_free_bytes = kLeast, .tell = [this](const std::string& sentence) { told_.push_back(sentence); }},
                 "t.jsonl"};
  Function function_{0, "app::f()", "app", "", 0};
  std::uint64_t entry_ = 0;
  std::uint64_t last_ = 0;
  std::vector<std::string> seen_;
  std::vector<std::string> notices_;
};

using Lines = std::vector<std::string>;

TEST_F(DiskGateTest, WithRoomEverythingPasses) {
  gate_.look_at(kPlenty, kDisk, 1 << 20);
  EXPECT_TRUE(gate_.is_open());
  start(1);
  EXPECT_EQ(seen_, Lines{"START 1"});
}

TEST_F(DiskGateTest, ItShutsWhileWhatWaitsStillFits) {
  gate_.look_at(kLeast + (4 << 20), kDisk, 1 << 20);
  EXPECT_TRUE(gate_.is_open());
  gate_.look_at(kLeast + (2 << 20), kDisk, 1 << 20);
  EXPECT_FALSE(gate_.is_open());
}

TEST_F(DiskGateTest, WhatHasBegunEndsAndNothingElseBegins) {
  start(1);
  gate_.look_at(kLeast, kDisk, 0);
  start(2);
  end(2);
  start(3);
  end(3);
  end(1);
  EXPECT_EQ(seen_, (Lines{"START 1", "notice", "END 1"}));
  EXPECT_EQ(gate_.dropped(), 4U);
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_EQ(told_[0], notices_[0] + " until there is more (GLIMPSE_MIN_FREE_BYTES)");
}

TEST_F(DiskGateTest, WithRoomAgainItGoesOnAndCallsThatWereNotBegunDoNotEnd) {
  gate_.look_at(kLeast, kDisk, 0);
  start(1);
  start(2);
  gate_.look_at(kLeast + (3 << 20), kDisk, 0);
  start(3);
  gate_.look_at(kPlenty, kDisk, 0);
  end(3);
  start(4);
  end(4);
  end(2);
  start(5);
  end(5);
  end(1);
  start(6);
  EXPECT_EQ(seen_, (Lines{"notice", "notice 5", "START 5", "END 5", "START 6"})) << "the fourth call gave its place";
  pass(Summary{.entry_id = ++entry_, .pid = 7, .calls = 6, .records = 11, .open_calls = 1});
  EXPECT_EQ(seen_.back(), "summary 2 3 open 1 disk_full 8");
  EXPECT_TRUE(gate_.is_open());
  EXPECT_EQ(told_.size(), 1U);
}

TEST_F(DiskGateTest, ASummaryPassesAndCountsItsOwnProcessAlone) {
  gate_.look_at(kLeast, kDisk, 0);
  start(1);
  call(Stage::kStart, 1, 8);
  call(Stage::kEnd, 1, 8);
  pass(
      Summary{.entry_id = ++entry_, .pid = 7, .calls = 1, .records = 1, .open_calls = 1, .open = {{7, 1, &function_}}});
  pass(Summary{.entry_id = ++entry_, .pid = 8, .calls = 1, .records = 2});
  pass(Summary{.entry_id = ++entry_, .pid = 9, .calls = 0, .records = 0});
  EXPECT_EQ(seen_, (Lines{"notice", "summary 0 0 open 0 disk_full 1", "summary 0 0 open 0 disk_full 2",
                          "summary 0 0 open 0"}));
}

TEST_F(DiskGateTest, TheReserveHasAnEnd) {
  for (std::uint64_t id = 1; id <= 5000; ++id) start(id);
  gate_.look_at(kLeast, kDisk, 0);
  for (std::uint64_t id = 5000; id >= 1; --id) end(id);
  EXPECT_GT(seen_.size(), 6000U);
  EXPECT_LT(seen_.size(), 8000U);
  pass(Thread{.entry_id = ++entry_, .pid = 7, .tid = 7, .name = "late"});
  pass(Summary{.entry_id = ++entry_, .pid = 7, .calls = 5000, .records = 10'000});
  EXPECT_TRUE(seen_.back().starts_with("summary 5000 ")) << seen_.back();
  const auto ends = seen_.size() - 1 - 5000;
  EXPECT_EQ(seen_.back(),
            "summary 5000 " + std::to_string(5000 + ends) + " open 0 disk_full " + std::to_string(5001 - ends));
}

TEST_F(DiskGateTest, ShutAndOpenAgainWithoutARecordItSaysNothing) {
  gate_.look_at(kLeast, kDisk, 0);
  gate_.look_at(kPlenty, kDisk, 0);
  start(1);
  EXPECT_EQ(seen_, Lines{"START 1"});
}

TEST_F(DiskGateTest, OfASmallDiskATenthStaysFree) {
  constexpr std::uint64_t kSmallDisk = 10 << 20;
  gate_.look_at(4 << 20, kSmallDisk, 0);
  EXPECT_TRUE(gate_.is_open());
  gate_.look_at(5 << 19, kSmallDisk, 0);
  EXPECT_FALSE(gate_.is_open());
  gate_.look_at(6 << 20, kSmallDisk, 0);
  start(1);
  EXPECT_EQ(seen_, Lines{"START 1"});
}

TEST_F(DiskGateTest, WhereNothingIsToStayFreeItNeverShuts) {
  DiskGate gate({}, "t.jsonl");
  gate.look(0, 1 << 20);
  EXPECT_TRUE(gate.is_open());
}

}  // namespace
}  // namespace glimpse::writers
