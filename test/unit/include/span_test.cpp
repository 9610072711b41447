#include "glimpse/span.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "test/unit/include/fake_api.h"

namespace glimpse {
namespace {

using test::told;
using Lines = std::vector<std::string>;

class SpanTest : public testing::Test {
 protected:
  void SetUp() override { test::restart(); }
};

TEST_F(SpanTest, TellsWhatItIsTold) {
  {
    Span span("checkout", SpanKind::kServer);
    span.set("text", "a").set("string", std::string("b")).set("int", -3).set("uint", 4u).set("real", 0.5);
    span.set("yes", true).set({{"one", 1}, {"two", "zwei"}});
    span.event("paid", {{"amount", 12}}).status(SpanStatus::kOk).rename("checkout 2");
  }
  EXPECT_EQ(told(),
            (Lines{"start 1 checkout kind=2 trace=3e9 parent=0", "set 1 text=a", "set 1 string=b", "set 1 int=-3",
                   "set 1 uint=4u", "set 1 real=0.500000", "set 1 yes=true", "set 1 one=1 two=zwei",
                   "event 1 paid amount=12", "status 1 1 ", "rename 1 checkout 2", "end 1"}));
}

TEST_F(SpanTest, NestsByTheActiveSpan) {
  {
    Span outer("outer");
    EXPECT_EQ(Context::current(), outer.context());
    {
      Span inner("inner");
      EXPECT_EQ(Context::current(), inner.context());
      EXPECT_EQ(inner.context().trace_id(), outer.context().trace_id());
    }
    EXPECT_EQ(Context::current(), outer.context());
  }
  EXPECT_FALSE(Context::current().valid());
  EXPECT_EQ(told(), (Lines{"start 1 outer kind=1 trace=3e9 parent=0", "start 2 inner kind=1 trace=3e9 parent=1",
                           "end 2", "end 1"}));
}

TEST_F(SpanTest, AnEmptyParentBeginsANewTrace) {
  Span outer("outer");
  Span other("other", Context());
  EXPECT_NE(outer.context().trace_id(), other.context().trace_id());
}

TEST_F(SpanTest, SaysThatAnExceptionLeftIt) {
  try {
    Span span("checkout");
    throw std::runtime_error("no money");
  } catch (const std::exception&) {
  }
  EXPECT_EQ(told(), (Lines{"start 1 checkout kind=1 trace=3e9 parent=0", "event 1 exception exception.escaped=true",
                           "status 1 2 ", "end 1"}));
}

TEST_F(SpanTest, ASpanOfADestructorThatRunsWhileUnwindingIsFine) {
  struct Cleaner {
    ~Cleaner() { Span span("clean"); }
  };
  try {
    Cleaner cleaner;
    throw 1;
  } catch (int) {
  }
  EXPECT_EQ(told(), (Lines{"start 1 clean kind=1 trace=3e9 parent=0", "end 1"}));
}

TEST_F(SpanTest, ExceptionsThatAreCaughtHaveTypeAndText) {
  Span span("checkout");
  told();
  try {
    throw std::out_of_range("far");
  } catch (const std::exception& error) {
    span.exception(error);
  }
  try {
    throw 7;
  } catch (...) {
    span.exception();
    span.exception(std::current_exception());
  }
  span.exception(std::make_exception_ptr(std::logic_error("why")));
  const std::string of_int = "event 1 exception exception.type=int exception.message=";
  EXPECT_EQ(told(),
            (Lines{"event 1 exception exception.type=std::out_of_range exception.message=far", "status 1 2 far", of_int,
                   "status 1 2 ", of_int, "status 1 2 ",
                   "event 1 exception exception.type=std::logic_error exception.message=why", "status 1 2 why"}));
}

TEST_F(SpanTest, WithSpanRecordsWhatLeavesItAndLetsItGo) {
  EXPECT_THROW(with_span("work", [](Span& span) { span.set("a", 1), throw std::runtime_error("broken"); }),
               std::runtime_error);
  EXPECT_EQ(told(), (Lines{"start 1 work kind=1 trace=3e9 parent=0", "set 1 a=1",
                           "event 1 exception exception.type=std::runtime_error exception.message=broken",
                           "status 1 2 broken", "end 1"}));
  EXPECT_EQ(with_span("work", [] { return 3; }), 3);
}

TEST_F(SpanTest, EndsOnceAndThenSaysNothing) {
  Span span("a");
  span.end();
  EXPECT_FALSE(Context::current().valid());
  span.set("late", 1).event("late").end();
  EXPECT_FALSE(span.recording());
  EXPECT_FALSE(span.context().valid());
  EXPECT_EQ(told().size(), 2u);
}

TEST_F(SpanTest, MovedToAnotherThreadItEndsThere) {
  std::thread worker;
  {
    Span span("request");
    const Context context = span.context();
    worker = std::thread([span = std::move(span)]() mutable {
      EXPECT_FALSE(Context::current().valid());
      ContextScope scope(span.context());
      Span child("work");
    });
    EXPECT_EQ(Context::current(), context);  // until the variable is gone
    worker.join();
  }
  EXPECT_FALSE(Context::current().valid());
  EXPECT_EQ(told(), (Lines{"start 1 request kind=1 trace=3e9 parent=0", "start 2 work kind=1 trace=3e9 parent=1",
                           "end 2", "end 1"}));
}

TEST_F(SpanTest, DetachedItGoesOnWithoutBeingActive) {
  std::optional<Span> kept;
  {
    Span outer("outer");
    Span span("later");
    span.detach();
    EXPECT_EQ(Context::current(), outer.context());
    kept.emplace(std::move(span));
    EXPECT_FALSE(span.recording());  // NOLINT(bugprone-use-after-move): what it says is asked
  }
  EXPECT_EQ(told().back(), "end 1");
  kept->set("late", 1);
  kept.reset();
  EXPECT_EQ(told(), (Lines{"set 2 late=1", "end 2"}));
}

TEST_F(SpanTest, AssignmentEndsWhatWasThere) {
  Span span("first");
  span = Span("second");
  EXPECT_EQ(told(),
            (Lines{"start 1 first kind=1 trace=3e9 parent=0", "start 2 second kind=1 trace=3e9 parent=1", "end 1"}));
  span.end();
  EXPECT_EQ(told(), (Lines{"end 2"}));
}

TEST_F(SpanTest, EndedOutOfTurnItLeavesTheOtherActive) {
  auto first = std::make_unique<Span>("first");
  Span second("second");
  first.reset();
  EXPECT_EQ(Context::current(), second.context());
}

TEST_F(SpanTest, KeepsItsTracestateLongerThanItsParent) {
  std::optional<Span> span;
  {
    glimpse_context ids{};
    ids.trace_id_low = 5;
    ids.span_id = 6;
    Context parent(ids);
    parent.set_tracestate("vendor=a long value that no small string would hold");
    span.emplace("child", parent);
  }
  EXPECT_EQ(Context::current().tracestate(), "vendor=a long value that no small string would hold");
  EXPECT_EQ(Span("grandchild").context().tracestate(), span->context().tracestate());
  Span moved(std::move(*span));
  span.reset();
  EXPECT_EQ(moved.context().tracestate(), "vendor=a long value that no small string would hold");
}

TEST_F(SpanTest, DoesNothingWhileNothingIsRecorded) {
  test::restart(false);
  {
    Span span("a");
    span.set("k", 1).event("e").exception(std::runtime_error("x")).detach();
    Span moved(std::move(span));
    moved.link(Context()).status(SpanStatus::kError).end();
    EXPECT_EQ(with_span("b", [] { return 1; }), 1);
  }
  EXPECT_EQ(told(), Lines{});
}

TEST_F(SpanTest, LinksToOtherSpans) {
  Span first("first");
  first.end();
  Span cause("cause");
  Span span("effect");
  told();
  span.link(cause.context(), {{"why", "queue"}}).link(first.context());
  EXPECT_EQ(told(), (Lines{"link 3 to=2 why=queue"}));
}

}  // namespace
}  // namespace glimpse
