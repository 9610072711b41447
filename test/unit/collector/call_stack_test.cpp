#include "collector/call_stack.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace glimpse::collector {
namespace {

using Left = CallStack::Left;
using Lines = std::vector<std::string>;

// Writes down what it is told: "START 1 a under 0 depth 0", "END 1 a in 10", "EXCEPTION 1 a in 10 type: what".
class Listener final : public CallSink {
 public:
  void emit(writers::Call& call) override {
    roots.push_back(call.root_call_id);
    const std::string call_text = std::to_string(call.call_id) + " " + call.function->name;
    switch (call.stage) {
      case writers::Stage::kStart:
        lines.push_back("START " + call_text + " under " + std::to_string(call.parent_call_id) + " depth " +
                        std::to_string(call.depth) + captured(call));
        return;
      case writers::Stage::kEnd:
        lines.push_back("END " + call_text + " in " + std::to_string(call.duration_ns) + captured(call));
        return;
      case writers::Stage::kException:
        lines.push_back("EXCEPTION " + call_text + " in " + std::to_string(call.duration_ns) + exception(call));
        break;
      case writers::Stage::kCall:
        lines.push_back("call " + call_text + " under " + std::to_string(call.parent_call_id) + " depth " +
                        std::to_string(call.depth) + " from " + std::to_string(call.timestamp_ns) + " in " +
                        std::to_string(call.duration_ns) + captured(call) +
                        (call.result.empty() ? "" : " gives " + std::string(call.result)) +
                        (call.failed ? " failed" + exception(call) : ""));
    }
    ends.push_back(call);
  }
  std::uint64_t begin_call(std::int64_t) override { return ++calls; }
  StackText stack_text(const std::vector<std::uint64_t>& frames, std::string_view exception_type,
                       std::string_view what) override {
    trace = std::to_string(frames.size()) + " frames";
    group = "group " + std::string(exception_type);
    if (!what.empty()) group += " " + std::string(what);
    return {trace, group};
  }

  Lines take() { return std::exchange(lines, {}); }

  static std::string exception(const writers::Call& call) {
    if (call.exception == nullptr) return " of nobody";
    std::string text = " " + std::string(call.exception->type);
    if (call.exception->has_what) text += ": " + std::string(call.exception->what);
    if (!call.exception->stack_trace.empty()) {
      text += " at " + std::string(call.exception->stack_trace) + " " + std::string(call.exception->fingerprint);
    }
    return text;
  }

  static std::string captured(const writers::Call& call) {
    return call.captured.empty() ? "" : " with " + std::string(call.captured);
  }

  Lines lines;
  std::vector<writers::Call> ends;
  std::vector<std::uint64_t> roots;  // of each line
  std::uint64_t calls = 0;
  std::string trace;
  std::string group;
};

DecidedFunction function(std::uint32_t index, const char* name, bool recorded = true) {
  DecidedFunction decided;
  decided.function.index = index;
  decided.function.name = name;
  decided.recorded = recorded;
  return decided;
}

class CallStackTest : public testing::Test {
 protected:
  const DecidedFunction a_ = function(1, "a");
  const DecidedFunction b_ = function(2, "b");
  const DecidedFunction c_ = function(3, "c");
  const DecidedFunction hidden_ = function(4, "hidden", false);
  Listener listener_;
  CallStack stack_{listener_, 5};
  CallStack whole_{listener_, 5, true};
};

TEST_F(CallStackTest, WholeCallsAreToldWhenTheyEnd) {
  whole_.start(a_, 100);
  whole_.start(hidden_, 105);
  whole_.start(b_, 110);
  whole_.end(b_, 130);
  whole_.start(b_, 131);
  EXPECT_EQ(listener_.take(), (Lines{"call 2 b under 1 depth 1 from 110 in 20"}));
  whole_.end(b_, 140);
  whole_.end(hidden_, 150);
  whole_.end(a_, 200);
  EXPECT_EQ(listener_.take(),
            (Lines{"call 3 b under 1 depth 1 from 131 in 9", "call 1 a under 0 depth 0 from 100 in 100"}));
  EXPECT_EQ(listener_.roots, (std::vector<std::uint64_t>{1, 1, 1}));
}

TEST_F(CallStackTest, WholeCallsThatAreLeftByUnwindingFailed) {
  whole_.start(a_, 0);
  whole_.start(b_, 1);
  whole_.start(c_, 2);
  whole_.thrown(1, "T", "what", true, {1, 2});
  whole_.left(2, Left::kUnwound, 5);
  whole_.caught(1);
  whole_.start(b_, 6);
  whole_.left(1, Left::kForced, 7);
  whole_.start(c_, 8);
  whole_.left(1, Left::kOtherwise, 9);
  whole_.end(a_, 10);
  EXPECT_EQ(listener_.take(), (Lines{"call 3 c under 2 depth 2 from 2 in 3 failed T: what at 2 frames group T what",
                                     "call 2 b under 1 depth 1 from 1 in 4 failed T: what",
                                     "call 4 b under 1 depth 1 from 6 in 1 failed ",
                                     "call 5 c under 1 depth 1 from 8 in 1", "call 1 a under 0 depth 0 from 0 in 10"}));
}

TEST_F(CallStackTest, CallsThatAreOpenEndAsTheyBeganWhenThePolicyChanges) {
  DecidedFunction out = function(5, "", false);
  out.first = &a_;
  DecidedFunction labelled = function(6, "b[hot]");
  labelled.first = &b_;
  DecidedFunction in = function(7, "hidden[in]");
  in.first = &hidden_;
  stack_.start(a_, 0);
  stack_.start(hidden_, 1);
  stack_.start(b_, 2);
  listener_.take();
  stack_.set_trace_depth(2);
  stack_.result(labelled, "two");
  stack_.end(labelled, 12);
  stack_.end(in, 13);
  stack_.start(labelled, 14);
  stack_.start(c_, 15);
  stack_.end(c_, 16);
  stack_.start(out, 17);
  stack_.end(out, 18);
  stack_.end(labelled, 19);
  stack_.end(out, 20);
  EXPECT_EQ(listener_.take(),
            (Lines{"END 2 b in 10 with two", "START 3 b[hot] under 1 depth 1", "END 3 b[hot] in 5", "END 1 a in 20"}));
  EXPECT_EQ(stack_.unmatched_ends(), 0u);
}

TEST_F(CallStackTest, WholeCallsKeepTheirArgumentsUntilTheyEnd) {
  whole_.arguments(a_, "n=1");
  whole_.start(a_, 0);
  whole_.start(b_, 1);
  whole_.arguments(a_, "n=2");
  whole_.start(a_, 2);
  whole_.result(a_, "two");
  whole_.end(a_, 3);
  whole_.end(b_, 4);
  whole_.result(a_, "one");
  whole_.end(a_, 5);
  EXPECT_EQ(listener_.take(),
            (Lines{"call 3 a under 2 depth 2 from 2 in 1 with n=2 gives two", "call 2 b under 1 depth 1 from 1 in 3",
                   "call 1 a under 0 depth 0 from 0 in 5 with n=1 gives one"}));
}

// Two checkpoints, the second telling only what changed, as the journal has them.
TEST_F(CallStackTest, WholeCallsGoOnInAnotherCollector) {
  const auto id_of = [&](const DecidedFunction& function) { return function.function.index; };
  const auto function_of = [&](std::uint32_t id, const std::string&) -> const DecidedFunction& {
    return id == 1 ? a_ : b_;
  };
  const auto lanes = [](CallStackState stack, std::uint8_t whole) {
    SessionState session;
    session.whole = whole;
    session.processes.resize(1);
    session.processes[0].lanes.resize(1);
    session.processes[0].lanes[0].stack = std::move(stack);
    return *decode(encode(session));
  };
  whole_.arguments(a_, "n=1");
  whole_.start(a_, 0);
  whole_.arguments(b_, "gone");
  whole_.start(b_, 1);
  SessionState session = lanes(whole_.save(true, id_of), 1);
  whole_.end(b_, 2);
  whole_.arguments(b_, "n=3");
  whole_.start(b_, 3);
  apply(session, lanes(whole_.save(false, id_of), 0));
  listener_.take();
  CallStack next(listener_, 5, true);
  next.restore(session.processes[0].lanes[0].stack, function_of);
  next.end(b_, 5);
  next.end(a_, 6);
  EXPECT_EQ(listener_.take(),
            (Lines{"call 3 b under 1 depth 1 from 3 in 2 with n=3", "call 1 a under 0 depth 0 from 0 in 6 with n=1"}));
}

TEST_F(CallStackTest, WholeCallsThatAreOpenAreListed) {
  whole_.start(a_, 0);
  whole_.start(b_, 1);
  Lines open;
  whole_.each_open(
      [&](std::uint64_t call_id, const writers::Function& f) { open.push_back(std::to_string(call_id) + f.name); });
  EXPECT_EQ(open, (Lines{"1a", "2b"}));
  EXPECT_EQ(listener_.lines, Lines{});
}

TEST_F(CallStackTest, NestedCallsHaveParentsDepthsAndDurations) {
  stack_.start(a_, 100);
  stack_.start(b_, 110);
  stack_.end(b_, 130);
  stack_.start(c_, 140);
  stack_.end(c_, 145);
  stack_.end(a_, 200);
  EXPECT_EQ(listener_.lines, (Lines{"START 1 a under 0 depth 0", "START 2 b under 1 depth 1", "END 2 b in 20",
                                    "START 3 c under 1 depth 1", "END 3 c in 5", "END 1 a in 100"}));
  EXPECT_EQ(stack_.unmatched_ends(), 0u);
}

TEST_F(CallStackTest, AnEndSaysParentAndDepthOfItsStart) {
  stack_.start(a_, 0);
  stack_.start(b_, 0);
  stack_.end(b_, 0);
  stack_.start(c_, 0);
  stack_.left(1, Left::kUnwound, 7);
  stack_.end(a_, 9);
  struct {
    std::uint64_t id, parent;
    std::uint32_t depth;
    std::int64_t time_ns;
  } expected = {3, 1, 1, 7};
  const writers::Call& left = listener_.ends.front();
  EXPECT_EQ(left.call_id, expected.id);
  EXPECT_EQ(left.parent_call_id, expected.parent);
  EXPECT_EQ(left.depth, expected.depth);
  EXPECT_EQ(left.timestamp_ns, expected.time_ns);
}

TEST_F(CallStackTest, RecursionPairsTheInnermostFirst) {
  stack_.start(a_, 0);
  stack_.start(a_, 1);
  stack_.start(a_, 2);
  stack_.end(a_, 3);
  stack_.end(a_, 5);
  stack_.end(a_, 9);
  EXPECT_EQ(listener_.lines, (Lines{"START 1 a under 0 depth 0", "START 2 a under 1 depth 1",
                                    "START 3 a under 2 depth 2", "END 3 a in 1", "END 2 a in 4", "END 1 a in 9"}));
}

TEST_F(CallStackTest, CallsBeyondTheDepthAreNotRecorded) {
  CallStack shallow(listener_, 2);
  shallow.start(a_, 0);
  shallow.start(b_, 1);
  shallow.start(c_, 2);  // a third one open: too deep
  shallow.end(c_, 3);
  shallow.end(b_, 4);
  shallow.start(c_, 5);  // beside b: not too deep
  shallow.end(c_, 6);
  shallow.end(a_, 7);
  EXPECT_EQ(listener_.lines, (Lines{"START 1 a under 0 depth 0", "START 2 b under 1 depth 1", "END 2 b in 3",
                                    "START 3 c under 1 depth 1", "END 3 c in 1", "END 1 a in 7"}));
}

TEST_F(CallStackTest, ExcludedCallsCountNeitherForDepthNorAsParents) {
  CallStack shallow(listener_, 2);
  shallow.start(a_, 0);
  shallow.start(hidden_, 1);
  shallow.start(hidden_, 2);
  shallow.start(b_, 3);
  shallow.end(b_, 4);
  shallow.end(hidden_, 5);
  shallow.end(hidden_, 6);
  shallow.end(a_, 7);
  EXPECT_EQ(listener_.lines,
            (Lines{"START 1 a under 0 depth 0", "START 2 b under 1 depth 1", "END 2 b in 1", "END 1 a in 7"}));
}

TEST_F(CallStackTest, AnEndWithoutItsStartIsCountedAndDropped) {
  stack_.end(a_, 0);
  stack_.start(a_, 1);
  stack_.end(b_, 2);
  stack_.end(a_, 3);
  EXPECT_EQ(listener_.lines, (Lines{"START 1 a under 0 depth 0", "END 1 a in 2"}));
  EXPECT_EQ(stack_.unmatched_ends(), 2u);
}

TEST_F(CallStackTest, AnEndFurtherOutClosesWhatLiesWithin) {
  stack_.start(a_, 0);
  stack_.start(b_, 1);
  stack_.start(c_, 2);
  stack_.end(a_, 5);
  EXPECT_EQ((Lines{listener_.lines.begin() + 3, listener_.lines.end()}),
            (Lines{"END 3 c in 3", "END 2 b in 4", "END 1 a in 5"}));
  EXPECT_EQ(stack_.unmatched_ends(), 1u) << "what should not happen is counted";
}

TEST_F(CallStackTest, FramesLeftByUnwindingSayTheExceptionInFlight) {
  stack_.start(a_, 0);
  stack_.start(b_, 1);
  stack_.start(c_, 2);
  listener_.take();
  stack_.thrown(0x10, "std::runtime_error", "no paper", true);
  stack_.left(2, Left::kUnwound, 10);
  stack_.caught(0x10);
  stack_.end(a_, 20);
  EXPECT_EQ(listener_.lines, (Lines{"EXCEPTION 3 c in 8 std::runtime_error: no paper",
                                    "EXCEPTION 2 b in 9 std::runtime_error: no paper", "END 1 a in 20"}));
}

TEST_F(CallStackTest, TheFirstRecordedCallThatIsLeftSaysTheStackAndNoOther) {
  const DecidedFunction excluded = function(4, "x", false);
  stack_.start(a_, 0);
  stack_.start(b_, 1);
  stack_.start(c_, 2);
  stack_.start(excluded, 3);
  listener_.take();
  stack_.thrown(0x10, "int", "", false, {1, 2, 3});
  stack_.left(1, Left::kUnwound, 9);
  stack_.left(2, Left::kUnwound, 10);
  stack_.thrown(0x10, "int", "", false, {4, 5});  // by `throw;`
  stack_.left(1, Left::kUnwound, 11);
  EXPECT_EQ(listener_.lines, (Lines{"EXCEPTION 3 c in 8 int at 3 frames group int", "EXCEPTION 2 b in 9 int",
                                    "EXCEPTION 1 a in 11 int at 2 frames group int"}));
}

TEST_F(CallStackTest, AnExceptionWithoutWhatHasNone) {
  stack_.start(a_, 0);
  stack_.thrown(0x10, "int", "", false);
  stack_.left(1, Left::kUnwound, 1);
  EXPECT_EQ(listener_.lines.back(), "EXCEPTION 1 a in 1 int");
}

TEST_F(CallStackTest, UnwindingWithoutAKnownExceptionHasNoType) {
  stack_.start(a_, 0);
  stack_.left(1, Left::kUnwound, 1);
  EXPECT_EQ(listener_.lines.back(), "EXCEPTION 1 a in 1 ");
}

TEST_F(CallStackTest, ForcedUnwindingHasNoTypeEvenWhileAnExceptionFlies) {
  stack_.start(a_, 0);
  stack_.thrown(0x10, "int", "", false);
  stack_.left(1, Left::kForced, 1);
  EXPECT_EQ(listener_.lines.back(), "EXCEPTION 1 a in 1 ");
}

TEST_F(CallStackTest, FramesLeftByAJumpEnd) {
  stack_.start(a_, 0);
  stack_.start(b_, 1);
  stack_.thrown(0x10, "int", "", false);
  stack_.left(1, Left::kOtherwise, 4);
  EXPECT_EQ(listener_.lines.back(), "END 2 b in 3");
}

TEST_F(CallStackTest, LeavingMoreFramesThanAreOpenIsCountedOnce) {
  stack_.start(a_, 0);
  stack_.left(~std::uint64_t{0}, Left::kOtherwise, 1);
  EXPECT_EQ(listener_.lines.back(), "END 1 a in 1");
  EXPECT_EQ(stack_.unmatched_ends(), 1u);
}

TEST_F(CallStackTest, ExcludedFramesThatAreLeftSayNothingButAreGone) {
  stack_.start(a_, 0);
  stack_.start(hidden_, 1);
  stack_.left(1, Left::kUnwound, 2);
  stack_.end(a_, 3);
  EXPECT_EQ(listener_.lines, (Lines{"START 1 a under 0 depth 0", "END 1 a in 3"}));
  EXPECT_EQ(stack_.unmatched_ends(), 0u);
}

// A destructor that runs by unwinding throws and catches for itself; the outer exception flies on.
TEST_F(CallStackTest, AnExceptionCaughtWithinAnothersFlightLeavesTheOuterOneFlying) {
  stack_.start(a_, 0);
  stack_.start(b_, 1);
  stack_.thrown(0x10, "Outer", "", false);
  stack_.start(c_, 2);
  stack_.thrown(0x20, "Inner", "", false);
  stack_.left(1, Left::kUnwound, 3);
  EXPECT_EQ(listener_.lines.back(), "EXCEPTION 3 c in 1 Inner");
  stack_.caught(0x20);
  stack_.left(1, Left::kUnwound, 4);
  EXPECT_EQ(listener_.lines.back(), "EXCEPTION 2 b in 3 Outer");
  stack_.caught(0x10);
  stack_.left(1, Left::kUnwound, 5);
  EXPECT_EQ(listener_.lines.back(), "EXCEPTION 1 a in 5 ");
}

TEST_F(CallStackTest, ARethrownExceptionFliesAgainWithWhatItSaysNow) {
  stack_.start(a_, 0);
  stack_.start(b_, 1);
  stack_.thrown(0x10, "Error", "first", true);
  stack_.caught(0x10);
  stack_.thrown(0x10, "Error", "again", true);
  stack_.thrown(0x10, "Error", "again", true);  // `throw;` is seen twice
  stack_.left(2, Left::kUnwound, 2);
  EXPECT_EQ(listener_.lines.back(), "EXCEPTION 1 a in 2 Error: again");
  stack_.caught(0x10);
  stack_.start(c_, 3);
  stack_.left(1, Left::kUnwound, 4);
  EXPECT_EQ(listener_.lines.back(), "EXCEPTION 3 c in 1 ") << "it is still in flight after it was caught";
}

TEST_F(CallStackTest, CatchingTheOuterExceptionEndsThoseThrownAfterIt) {
  stack_.start(a_, 0);
  stack_.thrown(0x10, "Outer", "", false);
  stack_.thrown(0x20, "Inner", "", false);
  stack_.caught(0x10);
  stack_.left(1, Left::kUnwound, 1);
  EXPECT_EQ(listener_.lines.back(), "EXCEPTION 1 a in 1 ");
}

TEST_F(CallStackTest, CatchingWhatNeverFlewChangesNothing) {
  stack_.start(a_, 0);
  stack_.thrown(0x10, "Error", "", false);
  stack_.caught(0x99);
  stack_.left(1, Left::kUnwound, 1);
  EXPECT_EQ(listener_.lines.back(), "EXCEPTION 1 a in 1 Error");
}

TEST_F(CallStackTest, OpenCallsAreThoseRecordedOutermostFirst) {
  stack_.start(a_, 0);
  stack_.start(hidden_, 1);
  stack_.start(b_, 2);
  Lines open;
  stack_.each_open(
      [&](std::uint64_t call_id, const writers::Function& f) { open.push_back(std::to_string(call_id) + f.name); });
  EXPECT_EQ(open, (Lines{"1a", "2b"}));
}

TEST_F(CallStackTest, ATimeBeforeItsStartLastsNothing) {
  stack_.start(a_, 10);
  stack_.end(a_, 9);
  EXPECT_EQ(listener_.lines.back(), "END 1 a in 0");
}

TEST_F(CallStackTest, AHandlersCallsLieOnTheCallsItInterrupted) {
  CallStack handler(listener_, 3);
  handler.lie_on(&stack_);
  CallStack inner(listener_, 3);
  inner.lie_on(&handler);
  stack_.start(a_, 0);
  handler.start(b_, 1);
  inner.start(c_, 2);
  inner.start(a_, 3);  // a fourth one open on the thread: too deep
  inner.end(a_, 4);
  inner.end(c_, 5);
  handler.end(b_, 6);
  handler.start(c_, 7);
  handler.end(c_, 8);
  stack_.end(a_, 9);
  EXPECT_EQ(listener_.lines,
            (Lines{"START 1 a under 0 depth 0", "START 2 b under 1 depth 1", "START 3 c under 2 depth 2",
                   "END 3 c in 3", "END 2 b in 5", "START 4 c under 1 depth 1", "END 4 c in 1", "END 1 a in 9"}));
}

TEST_F(CallStackTest, AHandlerLyingOnNothingOpenIsOutermost) {
  CallStack handler(listener_, 3);
  handler.lie_on(&stack_);
  handler.start(b_, 1);
  EXPECT_EQ(listener_.lines.back(), "START 1 b under 0 depth 0");
}

TEST_F(CallStackTest, TheOutermostCallIsTheRootOfAllInIt) {
  stack_.start(hidden_, 0);
  stack_.start(a_, 0);
  stack_.start(b_, 1);
  stack_.start(c_, 2);
  stack_.end(c_, 3);
  stack_.end(b_, 4);
  stack_.end(a_, 5);
  stack_.start(b_, 6);
  stack_.start(c_, 7);
  stack_.left(2, Left::kUnwound, 8);
  EXPECT_EQ(listener_.roots, (std::vector<std::uint64_t>{1, 1, 1, 1, 1, 1, 4, 4, 4, 4}));
}

TEST_F(CallStackTest, AHandlersCallsHaveTheRootOfWhatTheyInterrupted) {
  CallStack handler(listener_, 5);
  handler.lie_on(&stack_);
  CallStack inner(listener_, 5);
  inner.lie_on(&handler);
  inner.start(c_, 0);  // nothing is open below
  inner.end(c_, 1);
  stack_.start(a_, 2);
  inner.start(c_, 3);
  inner.end(c_, 4);
  handler.start(b_, 5);
  inner.start(c_, 6);
  inner.start(b_, 7);
  EXPECT_EQ(listener_.roots, (std::vector<std::uint64_t>{1, 1, 2, 2, 2, 2, 2, 2}));
}

TEST_F(CallStackTest, RootsOutliveTheCollector) {
  const auto id_of = [&](const DecidedFunction& function) { return function.function.index; };
  const auto function_of = [&](std::uint32_t id, const std::string&) -> const DecidedFunction& {
    return id == 1 ? a_ : b_;
  };
  CallStack handler(listener_, 5);
  handler.lie_on(&stack_);
  stack_.start(a_, 0);
  handler.start(b_, 1);
  CallStackState remembered = handler.save(true, id_of);
  CallStack next(listener_, 5);
  next.restore(remembered, function_of);
  next.start(a_, 2);
  next.end(a_, 3);
  next.end(b_, 4);
  EXPECT_EQ(listener_.roots, (std::vector<std::uint64_t>{1, 1, 1, 1, 1}));
}

TEST_F(CallStackTest, ArgumentsGoWithTheNextStartOfTheirFunctionAndResultsWithItsEnd) {
  stack_.arguments(a_, "n=1");
  stack_.start(a_, 0);
  stack_.arguments(a_, "n=2");
  stack_.start(a_, 1);
  stack_.result(a_, "two");
  stack_.end(a_, 2);
  stack_.start(b_, 3);
  stack_.end(b_, 4);
  stack_.result(a_, "one");
  stack_.end(a_, 5);
  EXPECT_EQ(listener_.take(),
            (Lines{"START 1 a under 0 depth 0 with n=1", "START 2 a under 1 depth 1 with n=2", "END 2 a in 1 with two",
                   "START 3 b under 1 depth 1", "END 3 b in 1", "END 1 a in 5 with one"}));
}

TEST_F(CallStackTest, CallsOfAHandlerComeBetweenACapturedTextAndItsEvent) {
  stack_.arguments(a_, "n=1");
  stack_.start(b_, 0);  // the handler's
  stack_.arguments(c_, "c");
  stack_.start(c_, 1);
  stack_.end(c_, 2);
  stack_.result(b_, "b");
  stack_.end(b_, 3);
  stack_.start(a_, 4);
  stack_.result(a_, "one");
  stack_.arguments(b_, "again");
  stack_.start(b_, 5);
  stack_.end(b_, 6);
  stack_.end(a_, 7);
  EXPECT_EQ(listener_.take(), (Lines{"START 1 b under 0 depth 0", "START 2 c under 1 depth 1 with c", "END 2 c in 1",
                                     "END 1 b in 3 with b", "START 3 a under 0 depth 0 with n=1",
                                     "START 4 b under 3 depth 1 with again", "END 4 b in 1", "END 3 a in 3 with one"}));
}

TEST_F(CallStackTest, WhatWasCapturedOfACallThatNeverComesIsForgotten) {
  stack_.start(b_, 0);
  stack_.arguments(a_, "lost");
  stack_.forget_captured();
  stack_.start(a_, 1);
  stack_.end(a_, 2);
  stack_.arguments(a_, "jumped over");
  stack_.left(1, Left::kOtherwise, 3);
  stack_.start(a_, 4);
  stack_.end(a_, 5);
  stack_.arguments(a_, "in a gap");
  stack_.gap(0, 0, false, 6);
  stack_.start(a_, 7);
  stack_.arguments(a_, "deeper");
  stack_.end(a_, 8);
  stack_.start(a_, 9);
  stack_.end(a_, 10);
  for (const std::string& line : listener_.take()) EXPECT_EQ(line.find("with"), std::string::npos) << line;
}

TEST_F(CallStackTest, AnExceptionHasNoResultAndNobodyElseGetsIt) {
  stack_.start(a_, 0);
  stack_.start(b_, 1);
  stack_.result(b_, "b");
  stack_.thrown(1, "T", "", false);
  stack_.left(1, Left::kUnwound, 2);
  stack_.start(b_, 3);
  stack_.result(a_, "not innermost");
  stack_.end(b_, 4);
  stack_.end(a_, 5);
  EXPECT_EQ(listener_.take(), (Lines{"START 1 a under 0 depth 0", "START 2 b under 1 depth 1", "EXCEPTION 2 b in 1 T",
                                     "START 3 b under 1 depth 1", "END 3 b in 1", "END 1 a in 5"}));
}

TEST_F(CallStackTest, ArgumentsOfCallsThatAreNotRecordedGoWithThem) {
  stack_.arguments(hidden_, "secret");
  stack_.start(hidden_, 0);
  stack_.arguments(a_, "n=1");
  stack_.start(a_, 1);
  stack_.end(a_, 2);
  stack_.end(hidden_, 3);
  EXPECT_EQ(listener_.take(), (Lines{"START 1 a under 0 depth 0 with n=1", "END 1 a in 1"}));
}

TEST_F(CallStackTest, CapturedTextsAreBounded) {
  std::vector<DecidedFunction> many(1000, a_);
  for (const DecidedFunction& each : many) stack_.arguments(each, "x");
  EXPECT_EQ(stack_.save(true, [](const DecidedFunction&) { return 1u; }).captured.size(), 64u);
}

TEST_F(CallStackTest, AnotherStackGoesOnWithWhatWasCaptured) {
  const auto id_of = [&](const DecidedFunction& function) { return function.function.index; };
  const auto function_of = [&](std::uint32_t id, const std::string&) -> const DecidedFunction& {
    return id == 1 ? a_ : b_;
  };
  stack_.start(a_, 0);
  stack_.result(a_, "one");
  stack_.arguments(b_, "n=1");
  CallStack next(listener_, 5);
  next.restore(stack_.save(true, id_of), function_of);
  EXPECT_FALSE(stack_.changed());
  next.start(b_, 1);
  next.end(b_, 2);
  next.end(a_, 3);
  EXPECT_EQ(listener_.take(), (Lines{"START 1 a under 0 depth 0", "START 2 b under 1 depth 1 with n=1", "END 2 b in 1",
                                     "END 1 a in 3 with one"}));
}

}  // namespace
}  // namespace glimpse::collector
