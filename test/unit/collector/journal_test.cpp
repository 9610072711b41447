#include "collector/journal.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "collector/checkpoint.h"
#include "test/support/temporary_folder.h"

namespace glimpse::collector {
namespace {

LaneState lane(std::uint32_t ring, std::uint64_t position, std::uint64_t kept,
               const std::vector<std::uint64_t>& call_ids) {
  LaneState state;
  state.ring = ring;
  state.active = 1;
  state.position = position;
  state.name = "main";
  state.stack.kept = kept;
  for (const std::uint64_t id : call_ids) state.stack.open.push_back({7, 1, id, id - 1, -5});
  state.stack.in_flight.push_back({0x10, "std::runtime_error", "bad", 1, {5, 6}});
  return state;
}

SessionState session(bool whole, std::uint64_t next_entry_id, std::vector<LaneState> lanes) {
  SessionState state;
  state.whole = whole ? 1 : 0;
  state.next_entry_id = next_entry_id;
  state.known = 1;
  ProcessState process;
  process.number = 1;
  process.pid = 42;
  process.last_call_id = next_entry_id;
  process.clock = {100, 200, 0.25};
  process.lanes = std::move(lanes);
  state.processes.push_back(std::move(process));
  return state;
}

std::vector<std::uint64_t> open_calls(const SessionState& state, std::size_t lane) {
  std::vector<std::uint64_t> ids;
  for (const auto& open : state.processes.at(0).lanes.at(lane).stack.open) ids.push_back(open.call_id);
  return ids;
}

using Ids = std::vector<std::uint64_t>;

TEST(Checkpoint, ComesBackAsItWas) {
  const auto decoded = decode(encode(session(true, 9, {lane(3, 1000, 0, {4, 5})})));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->next_entry_id, 9u);
  const LaneState& back = decoded->processes.at(0).lanes.at(0);
  EXPECT_EQ(back.position, 1000u);
  EXPECT_EQ(back.name, "main");
  EXPECT_EQ(back.stack.open.at(1).parent_call_id, 4u);
  EXPECT_EQ(back.stack.open.at(1).start_ns, -5);
  EXPECT_EQ(back.stack.in_flight.at(0).what, "bad");
  EXPECT_EQ(decoded->processes.at(0).clock.ns_per_tick, 0.25);
}

TEST(Checkpoint, CutAnywhereItIsNone) {
  const std::string bytes = encode(session(true, 9, {lane(3, 1000, 0, {4, 5})}));
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode(bytes.substr(0, size))) << size;
  EXPECT_FALSE(decode(bytes + "x"));
}

TEST(Checkpoint, AChangeTellsOfTheLanesThatMovedAndTheCallsThatChanged) {
  SessionState state = session(true, 10, {lane(0, 100, 0, {1, 2, 3}), lane(1, 50, 0, {4})});
  apply(state, session(false, 20, {lane(0, 120, 1, {8, 9}), lane(2, 5, 0, {10})}));
  EXPECT_EQ(state.next_entry_id, 20u);
  EXPECT_EQ(open_calls(state, 0), (Ids{1, 8, 9}));
  EXPECT_EQ(open_calls(state, 1), (Ids{4})) << "has not moved";
  EXPECT_EQ(open_calls(state, 2), (Ids{10})) << "is new";
  EXPECT_EQ(state.processes.at(0).lanes.at(0).position, 120u);
  EXPECT_NE(state.whole, 0);
}

TEST(Checkpoint, FibersComeChangeAndGo) {
  LaneState before = lane(0, 100, 0, {1});
  before.fibers = {{1, lane(0, 0, 0, {2, 3}).stack}, {2, lane(0, 0, 0, {4}).stack}, {3, lane(0, 0, 0, {5}).stack}};
  SessionState state = session(true, 10, {before});
  LaneState after = lane(0, 120, 1, {});
  after.running = 1;
  after.gone = {2};
  after.fibers = {{1, lane(0, 0, 1, {6}).stack}, {4, lane(0, 0, 0, {7}).stack}};
  apply(state, session(false, 20, {after}));
  const LaneState& now = state.processes.at(0).lanes.at(0);
  std::vector<std::string> fibers;
  for (const FiberState& fiber : now.fibers) {
    std::string text = std::to_string(fiber.number) + ":";
    for (const auto& open : fiber.stack.open) text += " " + std::to_string(open.call_id);
    fibers.push_back(text);
  }
  EXPECT_EQ(fibers, (std::vector<std::string>{"1: 2 6", "3: 5", "4: 7"}));
  EXPECT_EQ(now.running, 1u);
}

TEST(Checkpoint, AFinishedProcessIsKnownUntilTheNextOne) {
  SessionState state = session(true, 10, {});
  SessionState last = session(false, 20, {});
  last.processes.at(0).finished = 1;
  apply(state, last);
  EXPECT_EQ(state.processes.size(), 1u);
  SessionState later;
  later.known = 1;
  later.last_calls = {{42, 20}};
  apply(state, later);
  EXPECT_TRUE(state.processes.empty());
  EXPECT_EQ(state.last_calls.at(0).call_id, 20u);
}

class JournalTest : public testing::Test {
 protected:
  static SessionState with_text(SessionState state) {
    state.texts = {{1, 42, "/trace.jsonl", 0, 500}};
    return state;
  }
  TemporaryFolder folder_;
};

TEST_F(JournalTest, WithoutNotesItSaysNothing) {
  EXPECT_FALSE(Journal::read(folder_.path()));
  const Journal journal(folder_.path());
  EXPECT_TRUE(journal.wants_whole());
  EXPECT_FALSE(Journal::read(folder_.path()));
}

TEST_F(JournalTest, TextIsOnItsWayFromTheCheckpointUntilItIsHandedOver) {
  Journal journal(folder_.path());
  journal.note_checkpoint(with_text(session(true, 5, {})));
  auto read = Journal::read(folder_.path());
  ASSERT_TRUE(read && read->texts.size() == 1);
  EXPECT_FALSE(read->texts[0].began);

  journal.note_begins(1, {2, 3, 77});
  read = Journal::read(folder_.path());
  ASSERT_TRUE(read && read->texts.size() == 1);
  EXPECT_TRUE(read->texts[0].began);
  EXPECT_EQ(read->texts[0].place.offset, 77u);
  EXPECT_EQ(read->texts[0].text.path, "/trace.jsonl");

  journal.note_handed(1, 200);  // the disk is full
  read = Journal::read(folder_.path());
  ASSERT_TRUE(read && read->texts.size() == 1);
  EXPECT_FALSE(read->texts[0].began);
  EXPECT_EQ(read->texts[0].text.begin, 200u);

  journal.note_begins(1, {2, 3, 277});
  journal.note_handed(1, 500);
  read = Journal::read(folder_.path());
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->texts.empty());
  EXPECT_EQ(read->state.next_entry_id, 5u);
}

TEST_F(JournalTest, ChangesFollowAWholeCheckpointAndAFullAreaGivesWayToTheOther) {
  Journal journal(folder_.path());
  std::size_t wholes = 0;
  for (std::uint64_t i = 1; i <= 3000; ++i) {
    const bool whole = journal.wants_whole();
    wholes += whole ? 1 : 0;
    journal.note_checkpoint(session(whole, i, {lane(0, i, whole ? 0 : 1, whole ? Ids{1, i} : Ids{i})}));
    if (i % 100 != 0) continue;
    const auto read = Journal::read(folder_.path());
    ASSERT_TRUE(read) << i;
    EXPECT_EQ(read->state.next_entry_id, i);
    EXPECT_EQ(open_calls(read->state, 0), (Ids{1, i}));
  }
  EXPECT_GT(wholes, 3u);
  EXPECT_LT(wholes, 100u);
  EXPECT_LT(std::filesystem::file_size(folder_.file("journal-0")), 200'000u);
}

TEST_F(JournalTest, AnotherCollectorGoesOnInIt) {
  {
    Journal journal(folder_.path());
    journal.note_checkpoint(session(true, 5, {}));
  }
  Journal next(folder_.path());
  ASSERT_TRUE(next.wants_whole());
  EXPECT_EQ(Journal::read(folder_.path())->state.next_entry_id, 5u) << "until the next one has noted something";
  next.note_checkpoint(session(true, 6, {}));
  EXPECT_EQ(Journal::read(folder_.path())->state.next_entry_id, 6u);
  EXPECT_FALSE(next.wants_whole());
}

TEST_F(JournalTest, ANoteThatIsNotCommittedNeverHappened) {
  Journal journal(folder_.path());
  journal.note_checkpoint(session(true, 5, {}));
  const std::string area = folder_.file("journal-1");
  std::fstream file(area, std::ios::in | std::ios::out | std::ios::binary);
  std::uint64_t committed = 0;
  file.seekg(8);
  file.read(reinterpret_cast<char*>(&committed), sizeof(committed));
  file.seekp(static_cast<std::streamoff>(16 + committed));
  file << "half a note";
  file.close();
  const auto read = Journal::read(folder_.path());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->state.next_entry_id, 5u);
}

TEST_F(JournalTest, GivenUpItSaysNothing) {
  Journal journal(folder_.path());
  journal.note_checkpoint(session(true, 5, {}));
  journal.give_up();
  EXPECT_FALSE(Journal::read(folder_.path()));
  journal.note_checkpoint(session(true, 6, {}));
  EXPECT_FALSE(Journal::read(folder_.path()));
}

}  // namespace
}  // namespace glimpse::collector
