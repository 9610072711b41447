#include "writers/otlp/sender.h"

#include <gtest/gtest.h>

#include "fakes.h"

namespace glimpse::writers::otlp {
namespace {

using namespace std::chrono_literals;
using Outcome = Commit::Outcome;

class SenderTest : public testing::Test {
 protected:
  SenderTest() {
    settings_.traces.url = "http://localhost:4318/v1/traces";
    settings_.logs.url = "http://localhost:4318/v1/logs";
  }

  static Outgoing request(Signal signal = Signal::kTraces) {
    Outgoing result;
    result.signal = signal;
    result.content_type = "application/x-protobuf";
    result.body = "body";
    result.records = 10;
    return result;
  }

  // As a Courier does: until it is done, waiting as long as it is told to.
  Commit deliver(Outgoing request) {
    Commit result = sender_.send(request);
    for (int times = 0; result.outcome != Outcome::kDone && times < 20; ++times) {
      clock_.advance(result.retry_after);
      result = sender_.send(request);
    }
    EXPECT_EQ(result.outcome, Outcome::kDone);
    return result;
  }

  std::vector<std::string> told() { return messages_.take(clock_.now(), true); }

  Settings settings_;
  FakeClock clock_;
  FakeServer server_{clock_};
  FakeTransport transport_{server_};
  Letters letters_;
  FakeBox box_{letters_};
  Messages messages_;
  Sender sender_{settings_, transport_, &box_, clock_, messages_};
};

TEST_F(SenderTest, WhatArrivesIsDone) {
  const Commit done = deliver(request());
  EXPECT_EQ(done.problem, "");
  EXPECT_EQ(server_.seen.size(), 1u);
  EXPECT_EQ(told(), std::vector<std::string>{});
  EXPECT_EQ(sender_.counts().retries, 0u);
}

TEST_F(SenderTest, WhatIsWorthItIsSentAgainWithGrowingWaits) {
  server_.answers = {unreachable(), status(503), status(429), status(502)};
  EXPECT_EQ(deliver(request()).problem, "");
  ASSERT_EQ(server_.seen.size(), 5u);
  EXPECT_EQ(sender_.counts().retries, 4u);
  EXPECT_TRUE(letters_.kept.empty());
  for (std::size_t i = 1; i < 5; ++i) {
    const auto wait = server_.seen[i].when - server_.seen[i - 1].when;
    const auto whole = 1s * (1 << (i - 1));
    EXPECT_GE(wait, whole / 2) << i;
    EXPECT_LE(wait, whole) << i;
  }
}

TEST_F(SenderTest, AServerIsNotAskedBeforeTheTimeItNamed) {
  server_.answers = {status(503, "17")};
  Outgoing first = request();
  const Commit kept = sender_.send(first);
  EXPECT_EQ(kept.outcome, Outcome::kKept);
  EXPECT_EQ(kept.retry_after, 17s);
  clock_.advance(10s);
  EXPECT_EQ(sender_.send(first).retry_after, 7s);
  EXPECT_EQ(server_.seen.size(), 1u);
  clock_.advance(7s);
  EXPECT_EQ(sender_.send(first).outcome, Outcome::kDone);
  EXPECT_EQ(server_.seen.size(), 2u);
}

TEST_F(SenderTest, AfterFiveAttemptsARequestIsADeadLetter) {
  server_.usual = status(503);
  const Commit done = deliver(request());
  EXPECT_EQ(done.problem, "http://localhost:4318/v1/traces answered 503");
  EXPECT_EQ(server_.seen.size(), 5u);
  ASSERT_EQ(letters_.kept.size(), 1u);
  const Letter& letter = letters_.kept[0];
  EXPECT_EQ(letter.path, "/v1/traces");
  EXPECT_EQ(letter.endpoint, "http://localhost:4318/v1/traces");
  EXPECT_EQ(letter.body, "body");
  EXPECT_EQ(letter.records, 10u);
  EXPECT_FALSE(letter.refused);
  EXPECT_EQ(sender_.counts().dead_letters, 10u);
  EXPECT_EQ(sender_.counts().dropped, 0u);
  EXPECT_EQ(told().size(), 1u);
}

TEST_F(SenderTest, WhoAsksForMoreThanAMinuteGetsNoSecondAttempt) {
  server_.usual = status(503, "120");
  deliver(request());
  EXPECT_EQ(server_.seen.size(), 1u);
  EXPECT_EQ(letters_.kept.size(), 1u);
}

TEST_F(SenderTest, WhileAServerIsDownEachRequestHasOneAttempt) {
  server_.usual = unreachable();
  deliver(request());
  server_.seen.clear();
  for (int i = 0; i < 3; ++i) deliver(request());
  EXPECT_EQ(server_.seen.size(), 3u);
  EXPECT_EQ(letters_.kept.size(), 4u);
  // It is back: the next that fails is tried five times again.
  server_.usual = status(200);
  deliver(request());
  server_.seen.clear();
  server_.usual = unreachable();
  deliver(request());
  EXPECT_EQ(server_.seen.size(), 5u);
}

TEST_F(SenderTest, AServerThatIsDownAndSlowTakesNoMoreThanHalfOfTheTime) {
  server_.usual = unreachable();
  server_.takes = 10s;
  deliver(request());
  deliver(request());
  server_.seen.clear();
  deliver(request());  // as much time as the last attempt took has not passed
  EXPECT_EQ(server_.seen.size(), 0u);
  clock_.advance(10s);
  deliver(request());
  EXPECT_EQ(server_.seen.size(), 1u);
}

TEST_F(SenderTest, InAHurryThereIsOneAttempt) {
  server_.usual = unreachable();
  sender_.hurry();
  deliver(request());
  EXPECT_EQ(server_.seen.size(), 1u);
  EXPECT_EQ(letters_.kept.size(), 1u);
}

TEST_F(SenderTest, WhatIsRefusedIsNeverSentAgain) {
  server_.usual = status(400);
  deliver(request());
  EXPECT_EQ(server_.seen.size(), 1u);
  ASSERT_EQ(letters_.refused.size(), 1u);
  EXPECT_TRUE(letters_.refused[0].refused);
  server_.usual = status(200);
  clock_.advance(1h);
  sender_.send_letter();
  EXPECT_EQ(server_.seen.size(), 1u);
}

TEST_F(SenderTest, APartialSuccessIsCountedAndToldAndNotSentAgain) {
  server_.usual = {.status = 200,
                   .content_type = "application/json",
                   .body = R"({"partialSuccess":{"rejectedSpans":"4","errorMessage":"too old"}})"};
  deliver(request());
  EXPECT_EQ(server_.seen.size(), 1u);
  EXPECT_EQ(sender_.counts().dropped, 4u);
  EXPECT_EQ(told(), std::vector<std::string>{"http://localhost:4318/v1/traces did not take 4 of the records: too old"});
  EXPECT_TRUE(letters_.kept.empty());
}

TEST_F(SenderTest, RequestsKeepTheLeastInterval) {
  settings_.interval = 500ms;
  for (int i = 0; i < 3; ++i) deliver(request());
  ASSERT_EQ(server_.seen.size(), 3u);
  EXPECT_EQ(server_.seen[1].when - server_.seen[0].when, 500ms);
  EXPECT_EQ(server_.seen[2].when - server_.seen[1].when, 500ms);
}

TEST_F(SenderTest, WhatNobodyKeepsIsCountedAsLost) {
  letters_.full = true;
  server_.usual = status(400);
  EXPECT_NE(deliver(request()).problem, "");
  EXPECT_EQ(sender_.counts().dropped, 10u);
  EXPECT_EQ(told(), std::vector<std::string>{"10 spans are lost: http://localhost:4318/v1/traces answered 400; and as "
                                             "a dead letter: the disk is full"});
  Sender without_box(settings_, transport_, nullptr, clock_, messages_);
  Outgoing lost = request();
  EXPECT_EQ(without_box.send(lost).outcome, Outcome::kDone);
  EXPECT_EQ(without_box.counts().dropped, 10u);
  EXPECT_GE(without_box.send_letter(), 1min);
}

TEST_F(SenderTest, AServerWithoutAPlaceForLogsIsToldOnceAndLeftInPeace) {
  server_.usual = status(404);
  deliver(request(Signal::kLogs));
  deliver(request(Signal::kLogs));
  EXPECT_EQ(server_.seen.size(), 1u);
  EXPECT_EQ(sender_.counts().dropped, 20u);
  EXPECT_EQ(told(), std::vector<std::string>{
                        "http://localhost:4318/v1/logs answered 404: notices are not sent there any more"});
  EXPECT_TRUE(letters_.refused.empty());
}

TEST_F(SenderTest, TroubleWithLogsIsToldOnceSinceEachSentenceBecomesALog) {
  server_.usual = status(400);
  for (int i = 0; i < 2; ++i) {
    deliver(request(Signal::kLogs));
    clock_.advance(1min);
  }
  EXPECT_EQ(told().size(), 1u);
  deliver(request(Signal::kLogs));
  deliver(request(Signal::kLogs));
  EXPECT_EQ(server_.seen.size(), 3u);
}

TEST_F(SenderTest, DeadLettersAreSentOldestFirstOneAtATime) {
  server_.usual = unreachable();
  Outgoing first = request();
  first.body = "first";
  deliver(first);
  Outgoing second = request();
  second.body = "second";
  deliver(second);
  server_.usual = status(200);
  server_.seen.clear();
  clock_.advance(5s);
  EXPECT_EQ(sender_.send_letter(), 0ms);
  ASSERT_EQ(server_.seen.size(), 1u);
  EXPECT_EQ(server_.seen[0].body, "first");
  EXPECT_EQ(letters_.kept.size(), 1u);
  sender_.send_letter();
  EXPECT_EQ(server_.seen.at(1).body, "second");
  EXPECT_TRUE(letters_.kept.empty());
  EXPECT_GE(sender_.send_letter(), 10s);
  EXPECT_EQ(server_.seen.size(), 2u);
}

TEST_F(SenderTest, DeadLettersKeepTheIntervalAndBackOff) {
  settings_.interval = 2s;
  letters_.kept = {{.id = "1", .path = "/v1/traces", .endpoint = settings_.traces.url},
                   {.id = "2", .path = "/v1/traces", .endpoint = settings_.traces.url}};
  EXPECT_EQ(sender_.send_letter(), 2s);
  EXPECT_EQ(sender_.send_letter(), 2s);
  EXPECT_EQ(server_.seen.size(), 1u);
  server_.usual = unreachable();
  clock_.advance(2s);
  std::chrono::milliseconds longest{0};
  for (int i = 0; i < 12; ++i) {
    longest = std::max(longest, sender_.send_letter());
    clock_.advance(longest);
  }
  EXPECT_GE(longest, 30s);
  EXPECT_LE(longest, 60s);
  EXPECT_EQ(letters_.kept.size(), 1u);
  EXPECT_EQ(letters_.locked, "");
}

TEST_F(SenderTest, ALetterThatIsRefusedLaterIsNotSentAgain) {
  letters_.kept = {{.id = "1", .path = "/v1/traces", .endpoint = settings_.traces.url}};
  server_.usual = status(400);
  sender_.send_letter();
  EXPECT_TRUE(letters_.kept.empty());
  EXPECT_EQ(letters_.refused.size(), 1u);
}

TEST_F(SenderTest, LettersForOthersAreLeftAlone) {
  letters_.kept = {{.id = "1", .path = "/v1/traces", .endpoint = "http://elsewhere/v1/traces"}};
  sender_.send_letter();
  EXPECT_EQ(server_.seen.size(), 0u);
}

}  // namespace
}  // namespace glimpse::writers::otlp
