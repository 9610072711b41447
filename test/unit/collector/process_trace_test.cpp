#include "collector/process_trace.h"

#include <gtest/gtest.h>
#include <link.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "test/support/fake_process.h"
#include "test/support/memory_writer.h"
#include "test/support/temporary_folder.h"

// Functions of this very binary, to be found by name.
namespace shop {
__attribute__((noinline)) int sell(int price) { return price + 1; }
}  // namespace shop

namespace glimpse::collector {
namespace {

using wire::FakeProcess;
using wire::FakeRing;
using Lines = std::vector<std::string>;

constexpr std::uint64_t kTicks = FakeProcess::kStartTicks;
constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kAnyBytes = std::numeric_limits<std::size_t>::max();

policy::Policy deep_policy() {
  policy::Policy policy = policy::built_in_policy();
  policy.trace_depth = 100;
  policy.rules.push_back({});
  policy.rules.back().capture = {true, true};
  return policy;
}

class ProcessTraceTest : public testing::Test {
 protected:
  // Opens the process; call once the file holds what it should at the start.
  void open() {
    auto view = ProcessView::open(process_.path());
    ASSERT_TRUE(view.ok()) << view.error().message;
    trace_ = std::make_unique<ProcessTrace>(context_, std::move(*view), writer_);
  }

  std::uint64_t consume(std::int64_t until_ns = kEver) {
    trace_->decide_functions();
    trace_->find_lanes();
    return trace_->consume(until_ns, kAll, kAnyBytes);
  }

  void flush() {
    trace_->close_ended();
    ASSERT_TRUE(writer_.flush().ok());
    trace_->release();
  }

  static std::int64_t at(std::uint64_t ticks) {
    return FakeProcess::kStartRealtime_ns + static_cast<std::int64_t>(ticks - kTicks);
  }

  // All records but `process`: "thread 7 main", "START 1 unknown+0x10 tid 7", "notice …", "summary …".
  Lines lines() const {
    Lines lines;
    for (const writers::KeptRecord& record : writer_.records()) {
      if (const auto* call = std::get_if<writers::KeptCall>(&record)) {
        const char* stages[] = {"START", "END", "EXCEPTION", "call"};
        std::string line = std::string(stages[static_cast<int>(call->call.stage)]) + " " +
                           std::to_string(call->call.call_id) + " " + call->function.name + " tid " +
                           std::to_string(call->call.tid);
        if (!call->captured.empty()) line += " with " + call->captured;
        if (call->has_exception) line += " " + call->exception_type + (call->has_what ? ": " + call->what : "");
        lines.push_back(line);
      } else if (const auto* thread = std::get_if<writers::KeptThread>(&record)) {
        lines.push_back("thread " + std::to_string(thread->thread.tid) + " " + thread->name);
      } else if (const auto* notice = std::get_if<writers::KeptNotice>(&record)) {
        lines.push_back("notice " + notice->reason + " " + std::to_string(notice->notice.dropped));
      } else if (std::get_if<writers::Summary>(&record) != nullptr) {
        lines.push_back("summary");
      }
    }
    return lines;
  }

  writers::Summary summary() const {
    const auto found = writer_.only<writers::Summary>();
    EXPECT_EQ(found.size(), 1u);
    return found.empty() ? writers::Summary{} : found.back();
  }

  TemporaryFolder folder_;
  FakeProcess process_{folder_.file("process-1")};
  Settings settings_{.policy = deep_policy(), .service = "shop", .environment = "test"};
  SessionContext context_{settings_, TscRate(), Binaries(settings_.policy), 77};
  writers::MemoryWriter writer_;
  std::unique_ptr<ProcessTrace> trace_;
};

TEST_F(ProcessTraceTest, TheFirstRecordSaysWhoTheProcessIs) {
  open();
  ASSERT_EQ(writer_.records().size(), 1u);
  const auto process = writer_.only<writers::Process>().at(0);
  EXPECT_EQ(process.entry_id, 1u);
  EXPECT_EQ(process.timestamp_ns, FakeProcess::kStartRealtime_ns);
  EXPECT_EQ(process.pid, 4242u);
  EXPECT_EQ(process.ppid, 41u);
  EXPECT_EQ(process.command, (std::vector<std::string>{"till", "--open"}));
  EXPECT_EQ(process.executable, "/opt/shop/till");
  EXPECT_EQ(process.cwd, "/srv");
  EXPECT_FALSE(process.host.empty());
  EXPECT_FALSE(process.glimpse_version.empty());
  EXPECT_EQ(process.clock, "monotonic");
  EXPECT_EQ(process.policy, "built-in");
  EXPECT_EQ(process.trace_seed, 77u);
  EXPECT_EQ(process.service, "shop");
  EXPECT_EQ(process.environment, "test");
  EXPECT_EQ(process_.header().depth_limit.load(), 100u) << "the hooks may skip beyond the policy's depth";
}

TEST_F(ProcessTraceTest, TheLastRecordSumsUp) {
  const auto f = process_.add_function(0x10);
  process_.claim_ring(7, "main").start(f, kTicks + 1).start(f, kTicks + 2).end(f, kTicks + 3).end(f, kTicks + 9);
  open();
  EXPECT_EQ(consume(), 4u);
  trace_->finish({.exit_status = 3});
  EXPECT_TRUE(trace_->finished());
  EXPECT_EQ(lines().back(), "summary");
  const writers::Summary sum = summary();
  EXPECT_EQ(sum.calls, 2u);
  EXPECT_EQ(sum.records, 4u);
  EXPECT_EQ(sum.threads, 1u);
  EXPECT_EQ(sum.open_calls, 0u);
  EXPECT_EQ(sum.exit_status, 3);
  EXPECT_EQ(sum.signal, 0);
  EXPECT_TRUE(sum.dropped.empty());
  EXPECT_EQ(sum.timestamp_ns, at(kTicks + 9));
  EXPECT_EQ(sum.entry_id, writer_.records().size());
  EXPECT_EQ(context_.records, writer_.records().size());
}

TEST_F(ProcessTraceTest, WholeCallsAreNumberedWhenTheyEndAndOpenOnesListed) {
  settings_.whole_calls = true;
  const auto f = process_.add_function(0x10);
  auto ring = process_.claim_ring(7, "main");
  ring.start(f, kTicks + 1).start(f, kTicks + 2).arguments(f, "n=3", kTicks + 3).start(f, kTicks + 3);
  open();
  consume();
  EXPECT_EQ(lines(), Lines{"thread 7 main"}) << "before its first call";
  ring.result(f, "three", kTicks + 4).end(f, kTicks + 4).end(f, kTicks + 6);
  consume();
  trace_->finish({});
  EXPECT_EQ(lines(),
            (Lines{"thread 7 main", "call 3 unknown+0x10 tid 7 with n=3", "call 2 unknown+0x10 tid 7", "summary"}));
  const auto calls = writer_.only<writers::KeptCall>();
  EXPECT_EQ(calls[0].result, "three");
  EXPECT_EQ(calls[0].call.entry_id, 3u);
  EXPECT_EQ(calls[0].call.timestamp_ns, at(kTicks + 3));
  EXPECT_EQ(calls[0].call.trace_seed, 77u);
  EXPECT_EQ(calls[1].call.entry_id, 4u);
  EXPECT_EQ(calls[1].call.timestamp_ns, at(kTicks + 2));
  EXPECT_EQ(calls[1].call.duration_ns, 4u);
  const writers::Summary sum = summary();
  EXPECT_EQ(sum.calls, 3u);
  EXPECT_EQ(sum.records, 2u);
  ASSERT_EQ(sum.open_calls, 1u);
  EXPECT_EQ(sum.open[0].call_id, 1u);
}

TEST_F(ProcessTraceTest, LinesAreNumberedInTheirOrder) {
  const auto f = process_.add_function(0x10);
  process_.claim_ring(7, "main").start(f, kTicks + 1).end(f, kTicks + 2).lost(1, 0, kTicks + 3);
  open();
  consume();
  trace_->finish({});
  std::uint64_t expected = 0;
  for (const writers::KeptRecord& record : writer_.records()) {
    ++expected;
    const std::uint64_t id = std::visit(
        [](const auto& one) {
          using Kind = std::decay_t<decltype(one)>;
          if constexpr (std::is_same_v<Kind, writers::KeptCall>)
            return one.call.entry_id;
          else if constexpr (std::is_same_v<Kind, writers::KeptThread>)
            return one.thread.entry_id;
          else if constexpr (std::is_same_v<Kind, writers::KeptNotice>)
            return one.notice.entry_id;
          else if constexpr (std::is_same_v<Kind, writers::KeptSpan>)
            return one.span.entry_id;
          else if constexpr (std::is_same_v<Kind, writers::KeptLog>)
            return one.log.entry_id;
          else
            return one.entry_id;
        },
        record);
    EXPECT_EQ(id, expected);
  }
  EXPECT_EQ(expected, 6u);  // process, thread, START, END, notice, summary
}

TEST_F(ProcessTraceTest, AThreadIsNamedBeforeItsFirstCallAndWhenItIsRenamed) {
  const auto f = process_.add_function(0x10);
  process_.claim_ring(7, "main")
      .renamed("till", kTicks)  // before its first call: the name it has by then is told once
      .start(f, kTicks + 1)
      .renamed("till at night", kTicks + 2)
      .end(f, kTicks + 3);
  open();
  consume();
  EXPECT_EQ(lines(), (Lines{"thread 7 till", "START 1 unknown+0x10 tid 7", "thread 7 till at night",
                            "END 1 unknown+0x10 tid 7"}));
}

TEST_F(ProcessTraceTest, AThreadWithoutRecordedCallsIsNotNamed) {
  process_.claim_ring(7, "idle");
  open();
  consume();
  EXPECT_EQ(lines(), Lines{});
}

TEST_F(ProcessTraceTest, ThreadsAreMergedByTime) {
  const auto f = process_.add_function(0x10);
  const auto g = process_.add_function(0x20);
  process_.claim_ring(7, "one").start(f, kTicks + 10).end(f, kTicks + 40).start(f, kTicks + 70).end(f, kTicks + 80);
  process_.claim_ring(8, "two").start(g, kTicks + 20).end(g, kTicks + 30).start(g, kTicks + 60).end(g, kTicks + 75);
  open();
  EXPECT_EQ(consume(), 8u);
  EXPECT_EQ(lines(), (Lines{"thread 7 one", "START 1 unknown+0x10 tid 7", "thread 8 two", "START 2 unknown+0x20 tid 8",
                            "END 2 unknown+0x20 tid 8", "END 1 unknown+0x10 tid 7", "START 3 unknown+0x20 tid 8",
                            "START 4 unknown+0x10 tid 7", "END 3 unknown+0x20 tid 8", "END 4 unknown+0x10 tid 7"}));
}

TEST_F(ProcessTraceTest, WhatIsYoungerThanTheLimitWaits) {
  const auto f = process_.add_function(0x10);
  process_.claim_ring(7, "main").start(f, kTicks + 10).end(f, kTicks + 20);
  open();
  EXPECT_EQ(consume(at(kTicks + 9)), 0u);
  EXPECT_EQ(consume(at(kTicks + 10)), 1u);
  std::int64_t next_ns = 0;
  ASSERT_TRUE(trace_->next_time(next_ns));
  EXPECT_EQ(next_ns, at(kTicks + 20));
  EXPECT_EQ(consume(), 1u);
  EXPECT_FALSE(trace_->next_time(next_ns));
}

TEST_F(ProcessTraceTest, ConsumingStopsAtTheNumberAndTheBytesAsked) {
  const auto f = process_.add_function(0x10);
  FakeRing ring = process_.claim_ring(7, "main");
  for (std::uint64_t i = 0; i < 10; ++i) ring.start(f, kTicks + i);
  open();
  trace_->find_lanes();
  EXPECT_EQ(trace_->consume(kEver, 3, kAnyBytes), 3u);
  const std::size_t two_more = writer_.buffered_bytes() + 2 * writers::MemoryWriter::kBytesPerRecord;
  EXPECT_EQ(trace_->consume(kEver, kAll, two_more), 2u);
}

TEST_F(ProcessTraceTest, WithinAThreadTimeNeverRunsBackwards) {
  const auto f = process_.add_function(0x10);
  process_.claim_ring(7, "main").start(f, kTicks + 100).end(f, kTicks + 50).start(f, kTicks + 60);
  open();
  consume();
  const auto calls = writer_.only<writers::KeptCall>();
  ASSERT_EQ(calls.size(), 3u);
  for (const auto& call : calls) EXPECT_EQ(call.call.timestamp_ns, at(kTicks + 100));
}

TEST_F(ProcessTraceTest, WhatAHandlerInAHookDidIsOfTheSameThreadAndLiesOnItsCalls) {
  const auto f = process_.add_function(0x10);
  const auto handler = process_.add_function(0x20);
  process_.claim_ring(7, "main").start(f, kTicks + 10).end(f, kTicks + 40);
  process_.claim_ring(7, "main", 1).start(handler, kTicks + 20).end(handler, kTicks + 30);
  open();
  consume();
  EXPECT_EQ(lines(), (Lines{"thread 7 main", "START 1 unknown+0x10 tid 7", "START 2 unknown+0x20 tid 7",
                            "END 2 unknown+0x20 tid 7", "END 1 unknown+0x10 tid 7"}));
  EXPECT_EQ(writer_.only<writers::KeptCall>().at(1).call.parent_call_id, 1u);
  EXPECT_EQ(writer_.only<writers::KeptCall>().at(1).call.depth, 1u);
  trace_->finish({});
  EXPECT_EQ(summary().threads, 1u);
}

TEST_F(ProcessTraceTest, AHandlersLaneOutlivesTheLaneItLayOn) {
  const auto f = process_.add_function(0x10);
  FakeRing main = process_.claim_ring(7, "main");
  main.start(f, kTicks + 10);
  FakeRing handler = process_.claim_ring(7, "main", 1);
  handler.start(f, kTicks + 20);
  open();
  consume();
  main.left(1, wire::LeaveReason::kForced, kTicks + 30).ended();
  consume();
  flush();
  process_.claim_ring(9, "next").start(f, kTicks + 40);  // takes the first ring over
  consume();
  handler.start(f, kTicks + 50);
  consume();
  EXPECT_EQ(lines().back(), "START 4 unknown+0x10 tid 7");
  EXPECT_EQ(writer_.only<writers::KeptCall>().back().call.depth, 1u) << "on the handler's own first call alone";
}

TEST_F(ProcessTraceTest, ExceptionsCarryTypeAndTextFromThrowToCatch) {
  const auto f = process_.add_function(0x10);
  process_.claim_ring(7, "main")
      .start(f, kTicks + 1)
      .start(f, kTicks + 2)
      .thrown(0xdead, "St13runtime_error", "the till is empty", kTicks + 3)
      .left(1, wire::LeaveReason::kUnwound, kTicks + 4)
      .caught(0xdead, kTicks + 5)
      .left(1, wire::LeaveReason::kJumped, kTicks + 6);
  open();
  consume();
  const Lines all = lines();
  EXPECT_EQ(
      Lines(all.end() - 2, all.end()),
      (Lines{"EXCEPTION 2 unknown+0x10 tid 7 std::runtime_error: the till is empty", "END 1 unknown+0x10 tid 7"}));
  EXPECT_EQ(writer_.only<writers::KeptCall>().at(2).call.level, writers::Level::kError);
  EXPECT_EQ(writer_.only<writers::KeptCall>().at(3).call.level, writers::Level::kInfo);
}

TEST_F(ProcessTraceTest, AnExceptionWithoutTextOrTypeHasNone) {
  const auto f = process_.add_function(0x10);
  process_.claim_ring(7, "main")
      .start(f, kTicks + 1)
      .thrown_without_what(0xdead, "i", kTicks + 2)
      .left(1, wire::LeaveReason::kUnwound, kTicks + 3)
      .start(f, kTicks + 4)
      .thrown_without_what(0xbeef, "", kTicks + 5)
      .left(1, wire::LeaveReason::kUnwound, kTicks + 6);
  open();
  consume();
  const auto calls = writer_.only<writers::KeptCall>();
  EXPECT_EQ(calls.at(1).exception_type, "int");
  EXPECT_FALSE(calls.at(1).has_what);
  EXPECT_EQ(calls.at(3).exception_type, "");
}

TEST_F(ProcessTraceTest, FramesBehindTheTextsAreTheStack) {
  const auto f = process_.add_function(0x10);
  const auto nobodys = [](std::uint64_t address) { return wire::pack_stack_frame(0, address); };
  process_.claim_ring(7, "main")
      .start(f, kTicks + 1)
      .record(wire::RecordType::kThrow,
              {0xdead, 1 | (std::uint64_t{2} << 32), 'i', 0x6968, nobodys(0x1234), nobodys(0x99)}, kTicks + 2)
      .left(1, wire::LeaveReason::kUnwound, kTicks + 3);
  open();
  consume();
  const auto calls = writer_.only<writers::KeptCall>();
  EXPECT_EQ(calls.at(1).exception_type, "int");
  EXPECT_EQ(calls.at(1).what, "hi");
  EXPECT_EQ(calls.at(1).stack_trace, "0x1234\n0x99");
  // printf 'int\nhi\n?' | sha256sum
  EXPECT_EQ(calls.at(1).fingerprint, "59823dd3077b52d854eaf978a72f6ae37217184826ca0aea753f06b7efd736ef");
}

TEST_F(ProcessTraceTest, ATextLongerThanItsRecordIsCut) {
  const auto f = process_.add_function(0x10);
  process_.claim_ring(7, "main")
      .start(f, kTicks + 1)
      .record(wire::RecordType::kThrow, {0xdead, 0xffff | (std::uint64_t{0xffff} << 32), 0x6161616161616161},
              kTicks + 2)
      .left(1, wire::LeaveReason::kUnwound, kTicks + 3);
  open();
  consume();
  EXPECT_EQ(writer_.only<writers::KeptCall>().at(1).exception_type, "aaaaaaaa");
  EXPECT_EQ(writer_.only<writers::KeptCall>().at(1).what, "");
}

TEST_F(ProcessTraceTest, CapturedTextsStandInTheRingBeforeTheirEvents) {
  const std::uint32_t f = process_.add_function(0x10);
  FakeRing ring = process_.claim_ring(7, "main");
  ring.arguments(f, "n=1, text=\"a longer one\"", kTicks + 1).start(f, kTicks + 2);
  ring.result(f, "-1", kTicks + 3).end(f, kTicks + 4);
  ring.arguments(f, "lost", kTicks + 5).lost(1, 0, kTicks + 6).start(f, kTicks + 7);
  ring.record(wire::RecordType::kResult, {f | (std::uint64_t{400} << 32), 0x6f6e}, kTicks + 8).end(f, kTicks + 9);
  ring.record(wire::RecordType::kArguments, {}, kTicks + 10);
  ring.record(wire::RecordType::kResult, {}, kTicks + 11);
  open();
  consume();
  EXPECT_EQ(lines(), (Lines{"thread 7 main", "START 1 unknown+0x10 tid 7 with n=1, text=\"a longer one\"",
                            "END 1 unknown+0x10 tid 7 with -1", "notice dropped 2", "START 2 unknown+0x10 tid 7",
                            "END 2 unknown+0x10 tid 7 with " + std::string("no\0\0\0\0\0\0", 8)}));
}

TEST_F(ProcessTraceTest, RecordsOfLaterVersionsArePassed) {
  const auto f = process_.add_function(0x10);
  process_.claim_ring(7, "main")
      .start(f, kTicks + 1)
      .record(static_cast<wire::RecordType>(99), {1, 2, 3}, kTicks + 2)
      .end(f, kTicks + 3);
  open();
  EXPECT_EQ(consume(), 3u);
  EXPECT_EQ(lines(), (Lines{"thread 7 main", "START 1 unknown+0x10 tid 7", "END 1 unknown+0x10 tid 7"}));
}

TEST_F(ProcessTraceTest, EveryLostEventIsCountedOnceInNoticeAndSummary) {
  const auto f = process_.add_function(0x10);
  FakeRing ring = process_.claim_ring(7, "main");
  // Ten calls are two events each; the end that the record tells of late is not lost.
  ring.start(f, kTicks + 1).start(f, kTicks + 2).lost(10, 1, kTicks + 3).end(f, kTicks + 4);
  ring.header().lost_starts += 2;  // lost at the very end: no record tells of them any more
  process_.header().lost_threads = 3;
  process_.header().lost_functions = 4;
  process_.header().lost_nested = 5;
  open();
  consume();
  trace_->finish({});
  EXPECT_EQ(lines(), (Lines{"thread 7 main", "START 1 unknown+0x10 tid 7", "START 2 unknown+0x10 tid 7",
                            "END 2 unknown+0x10 tid 7", "notice dropped 20", "END 1 unknown+0x10 tid 7",
                            "notice dropped 4", "summary"}));
  const std::vector<std::pair<std::string, std::uint64_t>> expected{
      {"ring_full", 24}, {"no_ring", 6}, {"table_full", 8}, {"nested_too_deeply", 10}};
  EXPECT_EQ(summary().dropped, expected);
  EXPECT_EQ(context_.dropped, 48u);
}

TEST_F(ProcessTraceTest, LossesOfAThreadThatHasEndedStayCounted) {
  const auto f = process_.add_function(0x10);
  FakeRing ring = process_.claim_ring(7, "first");
  ring.lost(1, 0, kTicks + 1).ended();
  open();
  consume();
  flush();
  process_.claim_ring(8, "second").lost(2, 0, kTicks + 2).start(f, kTicks + 3);
  consume();
  trace_->finish({});
  EXPECT_EQ(summary().dropped, (std::vector<std::pair<std::string, std::uint64_t>>{{"ring_full", 6}}));
}

TEST_F(ProcessTraceTest, CallsStillOpenAreNamedInTheSummary) {
  const auto f = process_.add_function(0x10);
  const auto g = process_.add_function(0x20);
  process_.claim_ring(7, "one").start(f, kTicks + 1).start(g, kTicks + 2);
  process_.claim_ring(8, "two").start(g, kTicks + 3).start(f, kTicks + 4).end(f, kTicks + 5);
  open();
  consume();
  trace_->finish({.signal = 9});
  const writers::Summary sum = summary();
  EXPECT_EQ(sum.signal, 9);
  EXPECT_EQ(sum.open_calls, 3u);
  ASSERT_EQ(sum.open.size(), 3u);
  EXPECT_EQ(sum.open[0].tid, 7u);
  EXPECT_EQ(sum.open[0].call_id, 1u);
  EXPECT_EQ(sum.open[1].call_id, 2u);
  EXPECT_EQ(sum.open[1].function->name, "unknown+0x20");
  EXPECT_EQ(sum.open[2].tid, 8u);
  EXPECT_EQ(sum.open[2].call_id, 3u);
}

TEST_F(ProcessTraceTest, AThousandOpenCallsAreNamedAndTheRestCounted) {
  const auto f = process_.add_function(0x10);
  FakeRing ring = process_.claim_ring(7, "deep");
  for (std::uint64_t i = 0; i < 1'500; ++i) ring.start(f, kTicks + i);
  settings_.policy.trace_depth = policy::kUnlimitedDepth;
  open();
  consume();
  trace_->finish({});
  EXPECT_EQ(summary().open_calls, 1'500u);
  EXPECT_EQ(summary().open.size(), 1'000u);
}

TEST_F(ProcessTraceTest, NothingIsGivenBackBeforeReleaseSaysThatItWasFlushed) {
  const auto f = process_.add_function(0x10);
  FakeRing ring = process_.claim_ring(7, "main");
  ring.start(f, kTicks + 1).end(f, kTicks + 2).ended();
  open();
  consume();
  EXPECT_EQ(ring.header().tail.load(), 0u);
  EXPECT_EQ(ring.header().state.load(), wire::RingState::kEnded);
  flush();
  EXPECT_EQ(ring.header().tail.load(), ring.header().head.load());
  EXPECT_EQ(ring.header().state.load(), wire::RingState::kFree);
}

TEST_F(ProcessTraceTest, AnEndedRingIsNotFreeWhileItHoldsEvents) {
  const auto f = process_.add_function(0x10);
  FakeRing ring = process_.claim_ring(7, "main");
  ring.start(f, kTicks + 1).end(f, kTicks + 2).ended();
  open();
  trace_->find_lanes();
  EXPECT_EQ(trace_->consume(kEver, 1, kAnyBytes), 1u);
  flush();
  EXPECT_EQ(ring.header().state.load(), wire::RingState::kEnded);
  EXPECT_EQ(ring.header().tail.load(), ring.header().head.load() - 1);
}

TEST_F(ProcessTraceTest, ASleepingThreadIsWokenWhenItsRingHasRoom) {
  const auto f = process_.add_function(0x10);
  FakeRing ring = process_.claim_ring(7, "main");
  ring.start(f, kTicks + 1);
  ring.header().waiting.store(1);
  open();
  consume();
  EXPECT_EQ(ring.header().tail_bell.load(), 0u);
  flush();
  EXPECT_EQ(ring.header().tail_bell.load(), 1u);
}

TEST_F(ProcessTraceTest, AnotherThreadInTheSameRingIsAnotherThread) {
  const auto f = process_.add_function(0x10);
  FakeRing first = process_.claim_ring(7, "first");
  first.start(f, kTicks + 1).ended();
  open();
  consume();
  flush();
  FakeRing second = process_.claim_ring(8, "second");
  ASSERT_EQ(&second.header(), &first.header());
  second.end(f, kTicks + 2).start(f, kTicks + 3).end(f, kTicks + 4);
  consume();
  EXPECT_EQ(lines(), (Lines{"thread 7 first", "START 1 unknown+0x10 tid 7", "thread 8 second",
                            "START 2 unknown+0x10 tid 8", "END 2 unknown+0x10 tid 8"}));
  trace_->finish({});
  EXPECT_EQ(summary().threads, 2u);
}

TEST_F(ProcessTraceTest, ABrokenRingIsToldAndTheOthersGoOn) {
  const auto f = process_.add_function(0x10);
  process_.claim_ring(7, "broken").start(f, kTicks + 1).raw({0}).end(f, kTicks + 2);
  FakeRing sound = process_.claim_ring(8, "sound");
  sound.start(f, kTicks + 3);
  open();
  consume();
  flush();
  sound.end(f, kTicks + 4);
  consume();
  trace_->finish({});
  EXPECT_EQ(lines(), (Lines{"thread 7 broken", "START 1 unknown+0x10 tid 7", "thread 8 sound",
                            "START 2 unknown+0x10 tid 8", "END 2 unknown+0x10 tid 8", "notice damaged 0", "summary"}));
  EXPECT_EQ(summary().open_calls, 1u);
}

TEST_F(ProcessTraceTest, EndsWithoutStartAreTold) {
  const auto f = process_.add_function(0x10);
  process_.claim_ring(7, "main").end(f, kTicks + 1).end(f, kTicks + 2);
  open();
  consume();
  trace_->finish({});
  EXPECT_EQ(lines(), (Lines{"notice unmatched 0", "summary"}));
  EXPECT_EQ(writer_.only<writers::KeptNotice>().at(0).message, "ends whose start is not in this trace: 2");
}

TEST_F(ProcessTraceTest, FunctionsNeverRegisteredAreUnknown) {
  process_.claim_ring(7, "main").start(0, kTicks + 1).start(12345, kTicks + 2);
  open();
  consume();
  EXPECT_EQ(lines(), (Lines{"thread 7 main", "START 1 unknown+0x0 tid 7", "START 2 unknown+0x0 tid 7"}));
}

TEST_F(ProcessTraceTest, FunctionsAreNamedFromTheirModuleAndDecidedForTheHook) {
  std::uint64_t bias = 0;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* data) {
        *static_cast<std::uint64_t*>(data) = info->dlpi_addr;
        return 1;  // the first is this program
      },
      &bias);
  const std::uint32_t module = process_.add_module("/proc/self/exe", bias);
  const auto sell = process_.add_function(reinterpret_cast<std::uint64_t>(&shop::sell), module);
  const auto nobody = process_.add_function(0x20);
  settings_.policy.exact_modules.push_back({.text = "shop", .plain = "shop", .folded = "shop", .key = "exact_modules"});
  open();
  process_.claim_ring(7, "main").start(nobody, kTicks + 1).start(sell, kTicks + 2);
  trace_->decide_functions();
  EXPECT_EQ(process_.decision(sell), wire::Decision::kRecord);
  EXPECT_EQ(process_.decision(nobody), wire::Decision::kSkip);
  consume();
  Lines told = lines();
  std::erase(told, "notice exceptions 0");  // a sanitizer puts the unwinder into this very program
  EXPECT_EQ(told, (Lines{"thread 7 main", "START 1 shop::sell(int) tid 7"}));
  EXPECT_EQ(writer_.only<writers::KeptCall>().at(0).function.module, "shop");
}

TEST_F(ProcessTraceTest, AFunctionStillBeingWrittenIsDecidedLater) {
  const auto first = process_.add_function(0x10);
  const auto half = process_.add_function(0x20, 0);
  open();
  trace_->decide_functions();
  EXPECT_EQ(process_.decision(first), wire::Decision::kRecord);
  EXPECT_EQ(process_.decision(half), wire::Decision::kUnknown);
  process_.function(half).module.store(wire::kNoModule);
  trace_->decide_functions();
  EXPECT_EQ(process_.decision(half), wire::Decision::kRecord);
}

TEST_F(ProcessTraceTest, AModuleThatCannotBeReadIsToldOnceAndItsFunctionsAreOffsets) {
  const std::uint32_t module = process_.add_module("/nowhere/libgone.so", 0x1000);
  process_.add_function(0x1010, module);
  const auto g = process_.add_function(0x1020, module);
  open();
  process_.claim_ring(7, "main").start(g, kTicks + 1);
  consume();
  EXPECT_EQ(lines(), (Lines{"notice names 0", "thread 7 main", "START 1 libgone+0x20 tid 7"}));
}

TEST_F(ProcessTraceTest, AfterExecCallIdsGoOn) {
  const auto f = process_.add_function(0x10);
  process_.claim_ring(7, "main").start(f, kTicks + 1);
  auto view = ProcessView::open(process_.path());
  ASSERT_TRUE(view.ok());
  trace_ = std::make_unique<ProcessTrace>(context_, std::move(*view), writer_, 41);
  consume();
  EXPECT_EQ(lines().back(), "START 42 unknown+0x10 tid 7");
  trace_->finish({});
  EXPECT_EQ(summary().calls, 1u);
}

TEST_F(ProcessTraceTest, EndsThatAThreadLostAtItsEndAreTold) {
  const auto f = process_.add_function(0x10);
  open();
  FakeRing ring = process_.claim_ring(7, "main");
  ring.start(f, kTicks + 1).start(f, kTicks + 2);
  ring.header().lost_ends.store(2);  // there was no room for them, nor for the record that tells
  ring.ended();
  consume();
  flush();
  trace_->finish({});
  const writers::Summary summary = writer_.only<writers::Summary>().at(0);
  EXPECT_EQ(summary.records, 4u);
  EXPECT_EQ(summary.open_calls, 0u);
  EXPECT_TRUE(summary.dropped.empty());
}

}  // namespace
}  // namespace glimpse::collector
