// Databases that are not ours, locked, full, gone or shared, and writers that are killed: nothing is lost, doubled or
// half written.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "sqlite_reading.h"
#include "temporary_folder.h"
#include "writers/sqlite/connection.h"
#include "writers/sqlite/destination.h"

namespace glimpse::writers {
namespace {

constexpr std::int64_t kNoon = 1'772'366'400'000'000'000;  // 2026-03-01T12:00:00Z
constexpr std::uint64_t kCallsPerBlock = 25;
constexpr std::uint64_t kStaysOpen = 3;  // a call ends when this many have begun after it

const Function kFunction{.index = 0, .name = "app::f()", .module = "app"};

// Block `number` of an endless queue: each call begins in one and mostly ends there, some in the next.
void give_block(Destination& database, std::uint64_t number) {
  if (number == 0) {
    Process process;
    process.entry_id = 1;
    process.pid = 7;
    process.timestamp_ns = kNoon;
    process.trace_seed = 5;
    database.process(process);
  }
  for (std::uint64_t i = number * kCallsPerBlock; i < (number + 1) * kCallsPerBlock; ++i) {
    const auto at = [](std::uint64_t call) { return kNoon + static_cast<std::int64_t>(call) * 1000; };
    Call call{.entry_id = 2 * i + 2,
              .call_id = i + 1,
              .root_call_id = i / 2 * 2 + 1,
              .function = &kFunction,
              .timestamp_ns = at(i),
              .pid = 7,
              .tid = 7};
    database.call(call);
    if (i < kStaysOpen) continue;
    call.stage = Stage::kEnd;
    call.entry_id += 1;
    call.call_id -= kStaysOpen;
    call.root_call_id = (i - kStaysOpen) / 2 * 2 + 1;
    call.duration_ns = kStaysOpen * 1000;
    database.call(call);
  }
}

// Goes on with `queue` where the database says, up to `end` blocks; what was forgotten is given again.
void deliver(const std::string& path, const std::string& queue, std::uint64_t end, std::uint64_t blocks_at_once = 1) {
  SqliteDestination database(path);
  auto position = database.open(queue, 0);
  while (!position) position = database.open(queue, 0);
  for (std::uint64_t done = *position; done < end;) {
    const std::uint64_t until = std::min(done + blocks_at_once, end);
    for (std::uint64_t block = done; block < until; ++block) give_block(database, block);
    Commit commit = database.commit(until);
    while (commit.outcome == Commit::Outcome::kKept) commit = database.commit(until);
    if (commit.outcome == Commit::Outcome::kDone) done = until;
  }
}

// Each record of `blocks` blocks is there once, in the session of `queue`.
void expect_whole(const std::string& path, const std::string& queue, std::uint64_t blocks) {
  const std::uint64_t calls = blocks * kCallsPerBlock;
  const std::uint64_t ends = calls - std::min(calls, kStaysOpen);
  const std::string of_queue = " WHERE session_id = (SELECT id FROM session_row WHERE queue = '" + queue + "')";
  EXPECT_EQ(value_of(path, "PRAGMA integrity_check"), "ok");
  EXPECT_EQ(value_of(path, "SELECT position FROM session_row WHERE queue = '" + queue + "'"), blocks);
  EXPECT_EQ(value_of(path, "SELECT count(*) FROM log_entry" + of_queue + " AND stage = 'START'"), calls);
  EXPECT_EQ(value_of(path, "SELECT count(*) FROM log_entry" + of_queue + " AND stage = 'END' AND duration_ms = 0.003"),
            ends);
  EXPECT_EQ(value_of(path, "SELECT count(DISTINCT entry_id) FROM log_entry" + of_queue), calls + ends);
  EXPECT_EQ(value_of(path, "SELECT count(DISTINCT trace_id) FROM call" + of_queue), (calls + 1) / 2);
  EXPECT_EQ(value_of(path, "SELECT count(*) FROM process" + of_queue), 1);
  EXPECT_EQ(value_of(path, "SELECT sum(calls) FROM function_total WHERE process_id IN (SELECT process_id FROM process" +
                               of_queue + ")"),
            ends);
}

class SqliteFaults : public testing::Test {
 protected:
  std::string problem_at_open() {
    SqliteDestination database(path_);
    const auto opened = database.open("q", 0);
    return opened ? "" : opened.error().message.substr(path_.size());
  }

  std::string bytes() {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.file("glimpse.db");
};

TEST_F(SqliteFaults, WhatIsNotOursIsToldAndLeftAsItIs) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"CREATE TABLE t (a); INSERT INTO t VALUES (1)", ": is a database of another program, and left as it is"},
      {"PRAGMA application_id = 7", ": is a database of another program, and left as it is"},
      {"PRAGMA journal_mode = WAL; CREATE TABLE t (a)", ": is a database of another program, and left as it is"},
      {"PRAGMA application_id = 0x676c696d; PRAGMA user_version = 3; CREATE TABLE t (a)",
       ": was made by a later version of glimpse (schema 3, this one knows 2), and is left as it is"},
  };
  for (const auto& [sql, problem] : cases) {
    output_of("sqlite3 '" + path_ + "' '" + sql + "'");
    const std::string before = bytes();
    EXPECT_EQ(problem_at_open(), problem);
    EXPECT_EQ(bytes(), before);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.file("")), {}), 1) << sql;
    std::filesystem::remove(path_);
  }
  std::ofstream(path_) << "{\"record_type\":\"process\"}\n" << std::string(5000, 'x');
  const std::string before = bytes();
  EXPECT_EQ(problem_at_open(), ": is no SQLite database, and left as it is");
  EXPECT_EQ(bytes(), before);
}

TEST_F(SqliteFaults, WhatCannotBeOpenedIsNamedWithTheReason) {
  std::filesystem::create_directory(path_);
  EXPECT_EQ(problem_at_open(), ": a database must be a regular file");
  path_ = folder_.file("no/such/glimpse.db");
  EXPECT_EQ(problem_at_open(), ": cannot be made: No such file or directory");
  path_ = folder_.file("strange %41?#name");
  EXPECT_EQ(problem_at_open(), "");
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(SqliteFaults, ALockedDatabaseIsWaitedForAndTheRecordsAreKept) {
  SqliteDestination database(path_);
  ASSERT_TRUE(database.open("q", 0));
  auto other = sqlite::Connection::open(path_, "other");
  ASSERT_TRUE(other);
  ASSERT_EQ(other->run("BEGIN IMMEDIATE"), SQLITE_OK);
  give_block(database, 0);
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Commit kept = database.commit(1);
    EXPECT_EQ(kept.outcome, Commit::Outcome::kKept);
    EXPECT_EQ(kept.problem, path_ + ": another program keeps the database locked");
    EXPECT_GT(kept.retry_after.count(), 0);
  }
  ASSERT_EQ(other->run("COMMIT"), SQLITE_OK);
  EXPECT_EQ(database.commit(1).outcome, Commit::Outcome::kDone);
  expect_whole(path_, "q", 1);
}

TEST_F(SqliteFaults, AReaderHoldsUpNobody) {
  SqliteDestination database(path_);
  ASSERT_TRUE(database.open("q", 0));
  auto reader = sqlite::Connection::open(path_, "reader");
  ASSERT_TRUE(reader);
  ASSERT_EQ(reader->run("BEGIN; SELECT count(*) FROM call_row"), SQLITE_OK);
  for (std::uint64_t block = 0; block < 50; ++block) {
    give_block(database, block);
    ASSERT_EQ(database.commit(block + 1).outcome, Commit::Outcome::kDone);
  }
  ASSERT_EQ(reader->run("COMMIT"), SQLITE_OK);
  expect_whole(path_, "q", 50);
}

// Goes on until it fails, makes room, and goes on: whole in between and at the end.
void expect_to_survive_no_room(const std::string& path, const std::string& problem,
                               const std::function<void()>& make_room) {
  SqliteDestination database(path);
  ASSERT_TRUE(database.open("q", 0));
  std::uint64_t done = 0;
  Commit commit;
  for (; commit.outcome == Commit::Outcome::kDone && done < 10'000; done += 20) {
    for (std::uint64_t block = done; block < done + 20; ++block) give_block(database, block);
    commit = database.commit(done + 20);
  }
  done -= 20;
  ASSERT_EQ(commit.outcome, Commit::Outcome::kForgotten);
  EXPECT_EQ(commit.problem, path + ": " + problem);
  // As a Courier does: it gives again what was forgotten. That may succeed where the log has gone into the database.
  const auto give_again = [&] {
    for (std::uint64_t block = done; block < done + 20; ++block) give_block(database, block);
    commit = database.commit(done + 20);
    if (commit.outcome == Commit::Outcome::kDone) done += 20;
  };
  int failures = 0;
  for (int attempt = 0; attempt < 200 && failures < 3; ++attempt) {
    give_again();
    failures += commit.outcome == Commit::Outcome::kForgotten ? 1 : 0;
  }
  EXPECT_EQ(failures, 3);
  make_room();
  expect_whole(path, "q", done);
  give_again();
  EXPECT_EQ(commit.outcome, Commit::Outcome::kDone) << commit.problem;
  expect_whole(path, "q", done);
}

TEST_F(SqliteFaults, ALimitOfFileSizesIsToldAndSurvived) {
  const auto before = signal(SIGXFSZ, SIG_IGN);
  rlimit usual{};
  getrlimit(RLIMIT_FSIZE, &usual);
  const rlimit small{.rlim_cur = 1 << 20, .rlim_max = usual.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  expect_to_survive_no_room(path_, "File too large", [&] { setrlimit(RLIMIT_FSIZE, &usual); });
  setrlimit(RLIMIT_FSIZE, &usual);
  signal(SIGXFSZ, before);
}

// A disk that can be filled is a file system of a few MiB, which only root may mount; .ci/run and bare systems run as
// root. Without it the test above still finds no room, by a limit on the size of files.
TEST_F(SqliteFaults, AFullDiskIsToldAndSurvived) {
  const std::string disk = folder_.file("disk");
  std::filesystem::create_directory(disk);
  if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=4m") != 0) GTEST_SKIP() << "needs to mount a small file system";
  expect_to_survive_no_room(disk + "/glimpse.db", "there is no room left on the disk",
                            [&] { mount("tmpfs", disk.c_str(), "tmpfs", MS_REMOUNT, "size=64m"); });
  umount2(disk.c_str(), MNT_DETACH);
}

TEST_F(SqliteFaults, ADatabaseThatWasRemovedIsBegunAnew) {
  SqliteDestination database(path_);
  ASSERT_TRUE(database.open("q", 0));
  give_block(database, 0);
  ASSERT_EQ(database.commit(1).outcome, Commit::Outcome::kDone);
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + end);
  give_block(database, 1);
  ASSERT_EQ(database.commit(2).outcome, Commit::Outcome::kDone);
  EXPECT_EQ(value_of(path_, "SELECT position FROM session_row"), 2);
  EXPECT_EQ(value_of(path_, "SELECT count(*) FROM process"), 1);
  EXPECT_EQ(value_of(path_, "SELECT count(*) FROM call"), kCallsPerBlock + kStaysOpen);
  EXPECT_EQ(database.take_messages().size(), 1);
}

TEST_F(SqliteFaults, ASessionThatWasDeletedMeanwhileBeginsAnew) {
  SqliteDestination database(path_);
  ASSERT_TRUE(database.open("q", 0));
  give_block(database, 0);
  ASSERT_EQ(database.commit(1).outcome, Commit::Outcome::kDone);
  output_of("sqlite3 '" + path_ + "' 'DELETE FROM session'");
  give_block(database, 1);
  ASSERT_EQ(database.commit(2).outcome, Commit::Outcome::kForgotten);
  give_block(database, 1);
  ASSERT_EQ(database.commit(2).outcome, Commit::Outcome::kDone);
  EXPECT_EQ(value_of(path_, "SELECT count(*) FROM call WHERE session_id IS NOT NULL"), kCallsPerBlock + kStaysOpen);
}

template <typename Work>
pid_t in_child(Work work) {
  const pid_t child = fork();
  if (child != 0) return child;
  work();
  _exit(0);
}

TEST_F(SqliteFaults, SeveralProcessesWriteOneDatabaseAtOnce) {
  std::vector<pid_t> children;
  const std::vector<std::string> queues{"a", "b", "c"};
  for (const std::string& queue : queues) children.push_back(in_child([&] { deliver(path_, queue, 200, 3); }));
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  for (const std::string& queue : queues) expect_whole(path_, queue, 200);
}

TEST_F(SqliteFaults, WhoIsKilledAtAnyInstantLosesAndDoublesNothing) {
  std::mt19937 random(11);
  constexpr std::uint64_t kBlocks = 3000;
  int kills = 0;
  for (int round = 0; round < 60; ++round) {
    pid_t children[2];
    for (int i = 0; i < 2; ++i) {
      children[i] = in_child([&] { deliver(path_, i == 0 ? "a" : "b", kBlocks, 1 + random() % 20); });
    }
    usleep(static_cast<useconds_t>(2000 + random() % 40'000));
    for (const pid_t child : children) {
      kill(child, SIGKILL);
      int status = 0;
      waitpid(child, &status, 0);
      kills += WIFSIGNALED(status) ? 1 : 0;
    }
  }
  EXPECT_GT(kills, 20);
  for (const char* queue : {"a", "b"}) {
    deliver(path_, queue, kBlocks, 50);
    expect_whole(path_, queue, kBlocks);
  }
}

}  // namespace
}  // namespace glimpse::writers
