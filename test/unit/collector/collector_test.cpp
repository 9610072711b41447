// The collector end to end: sessions with process files as a runtime would leave them, and records in memory.
#include "collector/collector.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "collector/process_view.h"
#include "collector/ring_reader.h"
#include "collector/session.h"
#include "test/support/fake_process.h"
#include "test/support/memory_writer.h"
#include "test/support/temporary_folder.h"

namespace glimpse::collector {
namespace {

using wire::FakeProcess;
using wire::FakeRing;
namespace fs = std::filesystem;

constexpr std::uint64_t kTicks = FakeProcess::kStartTicks;

pid_t dead_pid() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  return child;
}

class CollectorTest : public testing::Test {
 protected:
  void create() {
    auto made = Collector::create(spool_.path(), settings(), [this](std::uint32_t) { return &writer_; });
    ASSERT_TRUE(made.ok()) << made.error().message;
    collector_ = std::move(*made);
    map_session();
  }

  // A session that was left behind by a collector which died.
  void create_abandoned() {
    auto session = Session::create(spool_.path(), settings());
    ASSERT_TRUE(session.ok()) << session.error().message;
    session_ = std::move(*session);
    session_->header().collector_pid.store(static_cast<std::uint32_t>(dead_pid()));
  }
  void adopt() {
    auto adopted = Collector::adopt(session_->folder(), settings(), [this](std::uint32_t) { return &writer_; });
    ASSERT_TRUE(adopted.ok()) << adopted.error().message;
    collector_ = std::move(*adopted);
  }

  static Settings settings() {
    Settings settings{.policy = policy::built_in_policy()};
    settings.policy.trace_depth = 100;
    return settings;
  }

  // A process of the session, announced as a runtime does.
  std::unique_ptr<FakeProcess> add_process(pid_t pid, std::uint32_t linked = 0) {
    const std::uint32_t number = session_->header().process_count.load() + 1;
    auto process = std::make_unique<FakeProcess>(
        session_->process_path(number),
        wire::FakeProcessOptions{.pid = static_cast<std::uint32_t>(pid), .linked = linked});
    session_->header().process_count.store(number);
    return process;
  }

  void map_session() {
    auto session = Session::open(collector_->session());
    ASSERT_TRUE(session.ok());
    session_ = std::move(*session);
  }

  std::vector<std::string> calls() const {
    std::vector<std::string> lines;
    for (const auto& call : writer_.only<writers::KeptCall>()) {
      lines.push_back((call.call.stage == writers::Stage::kStart ? "START " : "END ") +
                      std::to_string(call.call.call_id) + " pid " + std::to_string(call.call.pid) + " tid " +
                      std::to_string(call.call.tid));
    }
    return lines;
  }

  TemporaryFolder spool_;
  writers::MemoryWriter writer_;
  std::unique_ptr<Collector> collector_;
  std::unique_ptr<Session> session_;
};

TEST_F(CollectorTest, RecordsOfAProcessAreAllFlushedAndTheSessionVanishes) {
  create();
  const pid_t pid = dead_pid();
  const auto process = add_process(pid);
  const auto f = process->add_function(0x10);
  process->claim_ring(7, "main").start(f, kTicks + 1).end(f, kTicks + 2);
  collector_->finish(pid, 5 << 8);  // exit status 5, as waitpid() says it
  const auto totals = collector_->run();
  ASSERT_TRUE(totals.ok()) << totals.error().message;
  EXPECT_EQ(totals->processes, 1u);
  EXPECT_EQ(totals->records, 5u);  // process, thread, START, END, summary
  EXPECT_EQ(totals->dropped, 0u);
  EXPECT_EQ(totals->unreadable, 0u);
  EXPECT_EQ(writer_.flushed_records(), 5u);
  EXPECT_EQ(writer_.only<writers::Summary>().at(0).exit_status, 5);
  EXPECT_FALSE(fs::exists(collector_->session()));
}

TEST_F(CollectorTest, AKilledProcessIsWrittenOutWithItsSignalAndOpenCalls) {
  create();
  const pid_t pid = dead_pid();
  const auto process = add_process(pid);
  const auto f = process->add_function(0x10);
  process->claim_ring(7, "main").start(f, kTicks + 1).hide().end(f, kTicks + 2);
  collector_->finish(pid, SIGKILL);
  ASSERT_TRUE(collector_->run().ok());
  const writers::Summary summary = writer_.only<writers::Summary>().at(0);
  EXPECT_EQ(summary.signal, SIGKILL);
  EXPECT_EQ(summary.exit_status, -1);
  EXPECT_EQ(summary.open_calls, 1u) << "its END was not committed";
}

TEST_F(CollectorTest, WithoutAWaitTheProcessItselfSaysHowItEnded) {
  create();
  const auto process = add_process(dead_pid());
  process->exiting(3);
  collector_->finish(0, 0);
  ASSERT_TRUE(collector_->run().ok());
  EXPECT_EQ(writer_.only<writers::Summary>().at(0).exit_status, 3);
}

TEST_F(CollectorTest, AProgramThatTakesAnothersPlaceAsTheSessionEndsIsWaitedFor) {
  create();
  const pid_t pid = dead_pid();
  const auto before = add_process(pid);
  const auto f = before->add_function(0x10);
  before->claim_ring(7, "main").start(f, kTicks + 1);
  const auto after = add_process(pid);  // exec: the same number, another file, and nothing else to come
  const auto g = after->add_function(0x20);
  after->claim_ring(7, "main").start(g, kTicks + 2).end(g, kTicks + 3);
  collector_->finish(pid, 4 << 8);
  const auto totals = collector_->run();
  ASSERT_TRUE(totals.ok()) << totals.error().message;
  EXPECT_EQ(totals->processes, 2u);
  const auto summaries = writer_.only<writers::Summary>();
  ASSERT_EQ(summaries.size(), 2u);
  EXPECT_EQ(summaries[0].open_calls, 1u) << "what the first one was doing when it called exec";
  EXPECT_EQ(summaries[1].calls, 1u);
  EXPECT_EQ(calls().back(), "END 2 pid " + std::to_string(pid) + " tid 7") << "call ids go on";
}

TEST_F(CollectorTest, ProcessesOfASessionShareOneNumberingAndAreMergedByTime) {
  create();
  const pid_t one_pid = dead_pid();
  const pid_t two_pid = dead_pid();
  const auto one = add_process(one_pid);
  const auto two = add_process(two_pid);
  const auto f = one->add_function(0x10);
  two->add_function(0x10);
  one->claim_ring(1, "one").start(f, kTicks + 1).end(f, kTicks + 4);
  two->claim_ring(2, "two").start(f, kTicks + 2).end(f, kTicks + 3);
  collector_->finish(0, 0);
  ASSERT_TRUE(collector_->run().ok());
  const std::string a = std::to_string(one_pid);
  const std::string b = std::to_string(two_pid);
  EXPECT_EQ(calls(), (std::vector<std::string>{"START 1 pid " + a + " tid 1", "START 1 pid " + b + " tid 2",
                                               "END 1 pid " + b + " tid 2", "END 1 pid " + a + " tid 1"}));
  std::uint64_t last = 0;
  for (const auto& call : writer_.only<writers::KeptCall>()) {
    EXPECT_GT(call.call.entry_id, last);
    last = call.call.entry_id;
  }
  EXPECT_EQ(writer_.only<writers::Summary>().size(), 2u);
}

TEST_F(CollectorTest, AFailingFlushGivesNothingBackAndKeepsTheSession) {
  create();
  const pid_t pid = dead_pid();
  const auto process = add_process(pid);
  const auto f = process->add_function(0x10);
  FakeRing ring = process->claim_ring(7, "main");
  ring.start(f, kTicks + 1).end(f, kTicks + 2).ended();
  writer_.fail_flushes("glimpse.jsonl: No space left on device");
  collector_->finish(pid, 0);
  const auto totals = collector_->run();
  ASSERT_FALSE(totals.ok());
  EXPECT_EQ(totals.error().message, "glimpse.jsonl: No space left on device");
  EXPECT_EQ(ring.header().tail.load(), 0u) << "events were given back before they were in the output";
  EXPECT_EQ(ring.header().state.load(), wire::RingState::kEnded);
  EXPECT_TRUE(fs::exists(session_->process_path(1)));
  EXPECT_EQ(session_->header().collector_state.load(), wire::CollectorState::kGone);
  EXPECT_EQ(process->header().drained.load(), 1u) << "a program that waits for its records must not wait for ever";
  EXPECT_EQ(abandoned_sessions(spool_.path()), std::vector<std::string>{session_->folder()});

  // `glimpse recover`, once there is room.
  writer_.recover();
  writers::MemoryWriter later;
  auto adopted = Collector::adopt(session_->folder(), settings(), [&](std::uint32_t) { return &later; });
  ASSERT_TRUE(adopted.ok()) << adopted.error().message;
  ASSERT_TRUE((*adopted)->run().ok());
  EXPECT_EQ(later.only<writers::KeptCall>().size(), 2u);
  EXPECT_FALSE(fs::exists(session_->folder()));
}

TEST_F(CollectorTest, DiscardDeletesWhatAFailedRunKept) {
  create();
  writer_.fail_flushes("full");
  add_process(dead_pid());
  collector_->finish(0, 0);
  ASSERT_FALSE(collector_->run().ok());
  collector_->discard();
  EXPECT_FALSE(fs::exists(session_->folder()));
}

TEST_F(CollectorTest, AnAbandonedSessionIsRecoveredAndRemoved) {
  create_abandoned();
  const auto process = add_process(dead_pid());
  const auto f = process->add_function(0x10);
  process->claim_ring(7, "main").start(f, kTicks + 1);
  adopt();
  const auto totals = collector_->run();
  ASSERT_TRUE(totals.ok()) << totals.error().message;
  EXPECT_EQ(writer_.only<writers::KeptCall>().size(), 1u);
  EXPECT_EQ(writer_.only<writers::Summary>().at(0).open_calls, 1u);
  EXPECT_FALSE(fs::exists(session_->folder()));
}

TEST_F(CollectorTest, RecoveringGoesOnWhereTheDeadCollectorStoppedWithTheRightTime) {
  create_abandoned();
  const auto process = add_process(dead_pid());
  const auto f = process->add_function(0x10);
  FakeRing ring = process->claim_ring(7, "main");
  ring.start(f, kTicks + 1);
  {
    auto view = ProcessView::open(process->path());  // as the dead collector did
    ASSERT_TRUE(view.ok());
    RingReader reader((*view)->ring(0), (*view)->ring_words(0), (*view)->ring_capacity_words());
    while (reader.peek() != nullptr) reader.advance();
    reader.release();
  }
  ring.start(f, kTicks + 2);
  adopt();
  ASSERT_TRUE(collector_->run().ok());
  const auto found = writer_.only<writers::KeptCall>();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].call.timestamp_ns, FakeProcess::kStartRealtime_ns + 2);
}

// exec keeps the pid: its second file waits until the first one is finished, and must not be forgotten then.
TEST_F(CollectorTest, AProcessThatCalledExecIsRecoveredWithBothItsFiles) {
  create_abandoned();
  const pid_t pid = dead_pid();
  const auto before = add_process(pid);
  const auto after = add_process(pid);
  const auto f = before->add_function(0x10);
  after->add_function(0x10);
  before->claim_ring(1, "sh").start(f, kTicks + 1);
  after->claim_ring(1, "till").start(f, kTicks + 2);
  adopt();
  const auto totals = collector_->run();
  ASSERT_TRUE(totals.ok()) << totals.error().message;
  EXPECT_EQ(totals->processes, 2u);
  const std::string who = " pid " + std::to_string(pid) + " tid 1";
  EXPECT_EQ(calls(), (std::vector<std::string>{"START 1" + who, "START 2" + who}));
}

TEST_F(CollectorTest, FilesThatCannotBeReadAreCountedAndTheOthersGoOn) {
  create();
  const auto damaged = add_process(dead_pid());
  damaged->header().max_rings = 0;
  const auto sound = add_process(dead_pid());
  session_->header().process_count.store(3);  // announced by a process that died before its file was there
  collector_->finish(0, 0);
  const auto totals = collector_->run();
  ASSERT_TRUE(totals.ok()) << totals.error().message;
  EXPECT_EQ(totals->processes, 1u);
  EXPECT_EQ(totals->unreadable, 1u);
}

TEST_F(CollectorTest, AnOutputThatCannotBeOpenedIsAnErrorAndKeepsTheSession) {
  auto made = Collector::create(spool_.path(), settings(),
                                [](std::uint32_t) -> Result<writers::Writer*> { return Error{"no such folder"}; });
  ASSERT_TRUE(made.ok());
  collector_ = std::move(*made);
  map_session();
  add_process(dead_pid());
  collector_->finish(0, 0);
  const auto totals = collector_->run();
  ASSERT_FALSE(totals.ok());
  EXPECT_EQ(totals.error().message, "no such folder");
  EXPECT_TRUE(fs::exists(session_->process_path(1)));
  EXPECT_EQ(session_->header().collector_state.load(), wire::CollectorState::kGone);
}

// A linked program waits, at its exit, for `drained`.
TEST_F(CollectorTest, ALinkedProgramIsToldThatItsRecordsAreWritten) {
  create_abandoned();
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  const auto process = add_process(child, 1);
  const auto f = process->add_function(0x10);
  process->claim_ring(7, "main").start(f, kTicks + 1).end(f, kTicks + 2);
  process->exiting(0);
  adopt();
  const auto totals = collector_->run();
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  ASSERT_TRUE(totals.ok()) << totals.error().message;
  EXPECT_EQ(process->header().drained.load(), 1u);
  EXPECT_EQ(writer_.flushed_records(), 5u);
  EXPECT_EQ(writer_.only<writers::Summary>().at(0).exit_status, 0);
}

TEST_F(CollectorTest, MoreThanOneBufferfulArrivesWholeAndInOrder) {
  create();
  const pid_t pid = dead_pid();
  const auto process = add_process(pid);
  const auto f = process->add_function(0x10);
  FakeRing one = process->claim_ring(1, "one");
  FakeRing two = process->claim_ring(2, "two");
  for (std::uint64_t i = 0; i < 8'000; i += 2) {  // 16 000 records are far more than a bufferful of them
    one.start(f, kTicks + 10 * i).end(f, kTicks + 10 * i + 5);
    two.start(f, kTicks + 10 * i + 2).end(f, kTicks + 10 * i + 7);
  }
  collector_->finish(pid, 0);
  ASSERT_TRUE(collector_->run().ok());
  const auto found = writer_.only<writers::KeptCall>();
  ASSERT_EQ(found.size(), 16'000u);
  std::int64_t last_ns = 0;
  for (const auto& call : found) {
    ASSERT_GE(call.call.timestamp_ns, last_ns);
    last_ns = call.call.timestamp_ns;
  }
  EXPECT_GT(writer_.flushes(), 3u) << "it was flushed whenever a buffer was full";
}

}  // namespace
}  // namespace glimpse::collector
