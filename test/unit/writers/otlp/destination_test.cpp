#include "writers/otlp/destination.h"

#include <gtest/gtest.h>

#include "fakes.h"

namespace glimpse::writers::otlp {
namespace {

using namespace std::chrono_literals;
using Outcome = Commit::Outcome;

constexpr std::int64_t kNoon = 1'772'366'400'000'000'000;
constexpr std::uint64_t kSeed = 5;

std::string hex(std::uint64_t id) {
  std::string text(16, '0');
  for (std::size_t i = 0; i < 16; ++i) text[15 - i] = "0123456789abcdef"[id >> 4 * i & 15];
  return text;
}

class OtlpDestinationTest : public testing::Test {
 protected:
  OtlpDestination& destination() {
    if (!destination_) {
      destination_ = std::make_unique<OtlpDestination>(settings_, std::make_unique<FakeTransport>(server_),
                                                       std::make_unique<FakeBox>(letters_), &clock_);
      EXPECT_EQ(*destination_->open("q", 3), 3u);
      Process process;
      process.pid = 7;
      process.executable = "/opt/app";
      process.trace_seed = kSeed;
      destination_->process(process);
      destination_->thread({.pid = 7, .tid = 8, .name = "worker"});
    }
    return *destination_;
  }

  Call start(std::uint64_t id, std::uint64_t parent = 0, std::string_view captured = {}) const {
    return {.stage = Stage::kStart,
            .call_id = id,
            .parent_call_id = parent,
            .function = &function_,
            .timestamp_ns = kNoon,
            .pid = 7,
            .tid = 8,
            .captured = captured};
  }
  Call end(std::uint64_t id, std::uint64_t parent = 0, std::uint64_t duration_ns = 1'000) const {
    Call record = start(id, parent);
    record.stage = Stage::kEnd;
    record.duration_ns = duration_ns;
    record.timestamp_ns = kNoon + static_cast<std::int64_t>(duration_ns);
    return record;
  }
  void call(std::uint64_t id, std::uint64_t parent = 0, std::uint64_t duration_ns = 1'000) {
    destination().call(start(id, parent));
    destination().call(end(id, parent, duration_ns));
  }

  Settings settings_ = settings_of({});
  FakeClock clock_;
  FakeServer server_{clock_};
  Letters letters_;
  Function function_{.index = 3, .name = "app::run()", .module = "app", .file = "run.cpp", .line = 4};
  std::unique_ptr<OtlpDestination> destination_;
};

TEST_F(OtlpDestinationTest, AFinishedCallIsASpanWithTheIdsOfItsRecord) {
  destination().call(start(1));
  destination().call(start(2, 1, "n=1"));
  Call inner = end(2, 1);
  inner.captured = "42";
  destination().call(inner);
  destination().call(end(1));
  EXPECT_EQ(destination().commit(9).outcome, Outcome::kDone);
  ASSERT_EQ(server_.seen.size(), 1u);
  const auto items = server_.items();
  ASSERT_EQ(items.size(), 2u);
  const TraceId trace = trace_id(kSeed, 7, 1);
  EXPECT_EQ(items[0].trace_id, hex(trace.high) + hex(trace.low));
  EXPECT_EQ(items[1].trace_id, items[0].trace_id);
  EXPECT_EQ(items[0].span_id, hex(span_id(kSeed, 7, 2)));
  EXPECT_EQ(items[0].parent_span_id, items[1].span_id);
  EXPECT_EQ(items[1].parent_span_id, "");
  EXPECT_EQ(items[0].begin, static_cast<std::uint64_t>(kNoon));
  EXPECT_EQ(items[0].end, static_cast<std::uint64_t>(kNoon) + 1'000);
  EXPECT_EQ(items[0].attributes.at("glimpse.args"), "n=1");
  EXPECT_EQ(items[0].attributes.at("glimpse.result"), "42");
  EXPECT_EQ(items[0].attributes.at("thread.name"), "worker");
  EXPECT_EQ(server_.resources()[0].attributes.at("service.name"), "unknown_service:app");
}

TEST_F(OtlpDestinationTest, ParentsAreWhateverIsNearest) {
  // main, no span; span a; in it app::run (2) calls app::run (3); in that span b, and in b app::run (4).
  const TraceId trace{0x10, 0x20};
  const auto in_span = [&](std::uint64_t id, std::uint64_t parent, std::uint64_t span, bool nearest) {
    Call record = end(id, parent);
    record.root_call_id = 1;
    record.trace = trace;
    record.active_span_id = span;
    record.parent_call_is_nearest = nearest;
    return record;
  };
  writers::Span a{.trace = trace, .span_id = 0xa, .parent_call_id = 1, .name = "a", .timestamp_ns = kNoon, .pid = 7};
  a.parent_call_is_nearest = true;  // neither has one; but its trace is new
  writers::Span b{
      .trace = trace, .span_id = 0xb, .parent_span_id = 0xa, .parent_call_id = 3, .name = "b", .timestamp_ns = kNoon};
  b.pid = 7;
  b.parent_call_is_nearest = true;
  writers::Span c = b;  // begun before anything was called in span a
  c.span_id = 0xc;
  c.parent_call_id = 1;
  c.parent_call_is_nearest = false;
  destination().call(in_span(4, 3, 0xb, false));
  destination().call(in_span(3, 2, 0xa, true));
  destination().call(in_span(2, 1, 0xa, false));
  destination().span(b);
  destination().span(c);
  destination().span(a);
  Call main = end(1);
  main.root_call_id = 1;
  destination().call(main);
  destination().commit(9);
  std::map<std::string, std::string> parents;
  std::map<std::string, std::string> traces;
  for (const ReadItem& item : server_.items()) {
    parents[item.span_id] = item.parent_span_id;
    traces[item.span_id] = item.trace_id;
  }
  const auto call_id = [](std::uint64_t id) { return hex(span_id(kSeed, 7, id)); };
  const std::map<std::string, std::string> expected{
      {call_id(1), ""},       {hex(0xa), ""},         {call_id(2), hex(0xa)}, {call_id(3), call_id(2)},
      {hex(0xb), call_id(3)}, {call_id(4), hex(0xb)}, {hex(0xc), hex(0xa)}};
  EXPECT_EQ(parents, expected);
  EXPECT_NE(traces[call_id(1)], traces[hex(0xa)]);
  traces.erase(call_id(1));
  for (const auto& [id, of] : traces) EXPECT_EQ(of, hex(0x10) + hex(0x20)) << id;
}

TEST_F(OtlpDestinationTest, ASpanOfTheProgramFollowsTheRulesOfServers) {
  writers::Span span{
      .trace = {1, 2}, .span_id = 3, .parent_span_id = 4, .remote_parent = true, .timestamp_ns = kNoon, .pid = 7};
  span.tid = 8;
  span.kind = SpanKind::kServer;
  span.status = SpanStatus::kOk;
  span.status_message = "fine";
  span.duration_ns = 5;
  span.open = true;
  span.attributes = {{.key = "thread.id", .text = "mine"},
                     {.key = "", .text = "e"},
                     {.key = "a", .text = "1"},
                     {.key = "a", .text = "2"},
                     {.key = "\xff", .text = "x"},
                     {.key = "\xfe", .text = "y"},
                     {.type = Field::Type::kUnsigned, .key = "most", .unsigned_number = ~std::uint64_t{0}}};
  span.events = {{kNoon, "", {}}, {kNoon, "exception", {}}};
  span.links = {{{0, 0}, 1, {}}, {{1, 2}, 0, {}}, {{1, 2}, 9, {}}};
  destination().span(span);
  destination().span({.span_id = 3, .timestamp_ns = kNoon, .pid = 7});
  destination().span({.trace = {1, 2}, .timestamp_ns = kNoon, .pid = 7});
  destination().commit(9);
  EXPECT_EQ(destination().counts().dropped, 2u) << "without ids";
  const auto items = server_.items();
  ASSERT_EQ(items.size(), 1u);
  const ReadItem& item = items[0];
  EXPECT_EQ(item.name, "(no name)");
  EXPECT_EQ(item.flags, 0x301u);
  EXPECT_EQ(item.status, 1);
  EXPECT_EQ(item.status_message, "") << "only errors have one";
  const std::map<std::string, std::string> expected{
      {"thread.id", "mine"}, {"thread.name", "worker"},        {"(empty)", "e"},        {"a", "2"},
      {"\xEF\xBF\xBD", "y"}, {"most", "18446744073709551615"}, {"glimpse.open", "true"}};
  EXPECT_EQ(item.attributes, expected);
  EXPECT_EQ(item.events.at(0).name, "(no name)");
  EXPECT_EQ(item.events.at(1).attributes.at("exception.type"), "_OTHER");
  ASSERT_EQ(item.links.size(), 1u);
  EXPECT_EQ(item.links[0].span_id, hex(9));
}

TEST_F(OtlpDestinationTest, ALogIsALogRecordOfItsSpan) {
  const Exception thrown{.type = "E", .what = "w", .has_what = true, .stack_trace = "f", .fingerprint = "0a"};
  Log log{.level = Level::kFatal, .trace = {1, 2}, .span_id = 3, .call_id = 4, .timestamp_ns = kNoon, .pid = 7};
  log.tid = 8;
  log.title = "t";
  log.message = "m";
  log.file = "a.cpp";
  log.line = 12;
  log.tags = {"x", "y"};
  log.ttl_seconds = 60;
  log.fields = {{.type = Field::Type::kBool, .key = "b", .unsigned_number = 1}};
  log.exception = &thrown;
  destination().log(log);
  destination().log({.level = Level::kDebug, .timestamp_ns = kNoon, .pid = 7, .tid = 9, .stack_trace = "main"});
  destination().commit(9);
  const auto items = server_.items();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].scope, "glimpse.api");
  EXPECT_EQ(items[0].severity, 21);
  EXPECT_EQ(items[0].severity_text, "FATAL");
  EXPECT_EQ(items[0].body, "m");
  EXPECT_EQ(items[0].trace_id, hex(1) + hex(2));
  EXPECT_EQ(items[0].span_id, hex(3));
  const std::map<std::string, std::string> expected{{"b", "true"},
                                                    {"glimpse.title", "t"},
                                                    {"glimpse.tags", R"(["x","y"])"},
                                                    {"thread.id", "8"},
                                                    {"glimpse.ttl_seconds", "60"},
                                                    {"glimpse.call_id", "4"},
                                                    {"thread.name", "worker"},
                                                    {"code.file.path", "a.cpp"},
                                                    {"code.line.number", "12"},
                                                    {"exception.type", "E"},
                                                    {"exception.message", "w"},
                                                    {"exception.stacktrace", "f"},
                                                    {"glimpse.fingerprint", "0a"}};
  EXPECT_EQ(items[0].attributes, expected);
  EXPECT_EQ(items[1].severity, 5);
  EXPECT_EQ(items[1].trace_id, "");
  const std::map<std::string, std::string> plain{{"thread.id", "9"}, {"code.stacktrace", "main"}};
  EXPECT_EQ(items[1].attributes, plain);
}

TEST_F(OtlpDestinationTest, SpansOfTheProgramAreSampledWithTheCallsOfTheirTrace) {
  settings_.sampler = Sampler::kTraceIdRatio;
  settings_.sampling_ratio = 0.5;
  settings_.min_duration_ns = 1'000'000;
  std::map<std::string, int> spans;
  for (std::uint64_t i = 0; i < 40; ++i) {
    const TraceId trace{i + 1, mixed(i)};
    Call record = end(i + 1, 0, 2'000'000);
    record.trace = trace;
    record.active_span_id = i + 100;
    destination().call(record);
    destination().span({.trace = trace, .span_id = i + 100, .name = "s", .timestamp_ns = kNoon, .pid = 7});
  }
  destination().commit(9);
  for (const ReadItem& item : server_.items()) ++spans[item.trace_id];
  EXPECT_GT(spans.size(), 5u);
  EXPECT_LT(spans.size(), 35u);
  for (const auto& [id, count] : spans) EXPECT_EQ(count, 2) << id;
}

TEST_F(OtlpDestinationTest, ACallRecordIsASpanFromItsTimestampOn) {
  const Exception thrown{.type = "E", .what = "w", .has_what = true};
  Call record = end(2, 1, 500);
  record.stage = Stage::kCall;
  record.timestamp_ns = kNoon;
  record.root_call_id = 1;
  record.captured = "n=1";
  record.result = "2";
  destination().call(record);
  record.failed = true;
  record.exception = &thrown;
  destination().call(record);
  destination().commit(9);
  const auto items = server_.items();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].begin, static_cast<std::uint64_t>(kNoon));
  EXPECT_EQ(items[0].end, static_cast<std::uint64_t>(kNoon) + 500);
  EXPECT_EQ(items[0].trace_id, hex(trace_id(kSeed, 7, 1).high) + hex(trace_id(kSeed, 7, 1).low));
  EXPECT_EQ(items[0].attributes.at("glimpse.args"), "n=1");
  EXPECT_EQ(items[0].attributes.at("glimpse.result"), "2");
  EXPECT_EQ(items[0].status, 0);
  EXPECT_EQ(items[1].status, 2);
  EXPECT_EQ(items[1].events.at(0).attributes.at("exception.message"), "w");
}

TEST_F(OtlpDestinationTest, AnExceptionIsAnErrorSpan) {
  const Exception thrown{.type = "E"};
  destination().call(start(1));
  Call record = end(1);
  record.stage = Stage::kException;
  record.exception = &thrown;
  destination().call(record);
  destination().commit(9);
  EXPECT_EQ(server_.items().at(0).status, 2);
}

TEST_F(OtlpDestinationTest, ACallThatHasNotEndedIsNoSpan) {
  destination().call(start(1));
  EXPECT_EQ(destination().commit(9).outcome, Outcome::kDone);
  EXPECT_TRUE(server_.seen.empty());
}

TEST_F(OtlpDestinationTest, ANoticeIsALogRecordOfItsProcess) {
  destination().notice(
      {.timestamp_ns = kNoon, .pid = 7, .tid = 8, .reason = "dropped", .message = "full", .dropped = 12});
  destination().commit(9);
  ASSERT_EQ(server_.seen.size(), 1u);
  EXPECT_EQ(server_.seen[0].url, "http://localhost:4318/v1/logs");
  const auto item = server_.items().at(0);
  EXPECT_EQ(item.body, "full");
  EXPECT_EQ(item.severity, 13);
  EXPECT_EQ(item.attributes.at("glimpse.reason"), "dropped");
  EXPECT_EQ(item.attributes.at("glimpse.dropped"), "12");
}

TEST_F(OtlpDestinationTest, ProcessesAreResourcesOfOneRequest) {
  call(1);
  Process other;
  other.pid = 9;
  other.executable = "/opt/other";
  destination().process(other);
  Call record = end(1);
  record.pid = 9;
  destination().call(record);
  call(2);
  destination().commit(9);
  ASSERT_EQ(server_.seen.size(), 1u);
  const auto resources = server_.resources();
  ASSERT_EQ(resources.size(), 2u);
  EXPECT_EQ(resources[0].items.size(), 2u);
  EXPECT_EQ(resources[1].attributes.at("service.name"), "unknown_service:other");
}

TEST_F(OtlpDestinationTest, AProgramThatIsReplacedByExecIsAnotherResource) {
  call(1);
  Process replaced;
  replaced.pid = 7;
  replaced.executable = "/opt/next";
  destination().process(replaced);
  call(2);
  destination().commit(9);
  EXPECT_EQ(server_.resources().size(), 2u);
}

TEST_F(OtlpDestinationTest, RequestsHaveNoMoreSpansThanAllowed) {
  settings_.max_spans = 12;
  for (std::uint64_t id = 1; id <= 8; ++id) call(id);
  EXPECT_FALSE(destination().is_full());
  call(9);
  EXPECT_TRUE(destination().is_full());
  for (std::uint64_t id = 10; id <= 29; ++id) call(id);
  destination().commit(9);
  ASSERT_EQ(server_.seen.size(), 3u);
  EXPECT_EQ(server_.resources(0)[0].items.size(), 12u);
  EXPECT_EQ(server_.resources(2)[0].items.size(), 5u);
  EXPECT_EQ(server_.items().size(), 29u);
}

TEST_F(OtlpDestinationTest, RequestsStayBelowWhatServersTake) {
  settings_.gzip = false;
  const std::string large(65'000, 'x');
  for (std::uint64_t id = 1; id <= 500; ++id) {  // 32 MB
    destination().call(start(id, 0, large));
    destination().call(end(id));
  }
  destination().commit(9);
  ASSERT_GT(server_.seen.size(), 1u);
  for (const auto& seen : server_.seen) EXPECT_LE(seen.bytes, kFullRequestBytes);
  EXPECT_EQ(server_.items().size(), 500u);
}

TEST_F(OtlpDestinationTest, WhatCouldNotBeSentIsSentByTheNextCommitAndNothingTwice) {
  settings_.max_spans = 10;
  for (std::uint64_t id = 1; id <= 20; ++id) call(id);
  server_.answers = {status(200), status(503)};
  const Commit kept = destination().commit(9);
  EXPECT_EQ(kept.outcome, Outcome::kKept);
  EXPECT_EQ(kept.problem, "http://localhost:4318/v1/traces answered 503");
  clock_.advance(kept.retry_after);
  EXPECT_EQ(destination().commit(9).outcome, Outcome::kDone);
  ASSERT_EQ(server_.seen.size(), 3u);
  EXPECT_EQ(server_.seen[1].body, server_.seen[2].body);
  EXPECT_NE(server_.seen[0].body, server_.seen[1].body);
}

TEST_F(OtlpDestinationTest, InAHurryWhatDoesNotGoOutIsKeptSafe) {
  server_.usual = unreachable();
  call(1);
  destination().hurry();
  const Commit done = destination().commit(9);
  EXPECT_EQ(done.outcome, Outcome::kDone);
  EXPECT_NE(done.problem, "");
  EXPECT_EQ(letters_.kept.size(), 1u);
  EXPECT_EQ(destination().counts().dead_letters, 1u);
}

TEST_F(OtlpDestinationTest, SampledTracesAreWholeAndTheOthersAreNotCountedAsDropped) {
  settings_.sampler = Sampler::kTraceIdRatio;
  settings_.sampling_ratio = 0.5;
  for (std::uint64_t root = 1; root <= 400; root += 2) {
    destination().call(start(root));
    call(root + 1, root);
    destination().call(end(root));
  }
  destination().commit(9);
  std::map<std::string, int> spans;
  for (const auto& item : server_.items()) ++spans[item.trace_id];
  EXPECT_GT(spans.size(), 60u);
  EXPECT_LT(spans.size(), 140u);
  for (const auto& [trace, count] : spans) EXPECT_EQ(count, 2) << trace;
  EXPECT_EQ(destination().counts().dropped, 0u);
}

TEST_F(OtlpDestinationTest, ShortCallsAreNoSpansUnlessTheyFailed) {
  settings_.min_duration_ns = 5'000;
  call(1, 0, 4'999);
  call(2, 0, 5'000);
  Call failed = end(3, 0, 10);
  failed.stage = Stage::kException;
  destination().call(failed);
  destination().commit(9);
  EXPECT_EQ(server_.items().size(), 2u);
  EXPECT_EQ(destination().counts().dropped, 0u);
}

TEST_F(OtlpDestinationTest, SpansAboveTheCapAreCountedAndTold) {
  settings_.spans_per_second = 3;
  for (std::uint64_t id = 1; id <= 10; ++id) call(id);
  destination().commit(9);
  EXPECT_EQ(server_.items().size(), 3u);
  EXPECT_EQ(destination().counts().dropped, 7u);
  EXPECT_EQ(destination().take_messages(),
            std::vector<std::string>{"7 spans were left out so far: more than GLIMPSE_SPANS_PER_SECOND=3"});
  EXPECT_EQ(destination().take_messages(), std::vector<std::string>{});
}

TEST_F(OtlpDestinationTest, ItsFormAndCompressionAreThoseOfTheSettings) {
  settings_.encoding = Encoding::kJson;
  for (int i = 1; i <= 100; ++i) call(static_cast<std::uint64_t>(i));
  destination().commit(9);
  EXPECT_EQ(server_.seen.at(0).content_type, "application/json");
  EXPECT_LT(server_.seen[0].bytes, server_.seen[0].body.size() / 3);
  EXPECT_EQ(server_.items().size(), 100u);
}

TEST_F(OtlpDestinationTest, AFunctionWithTheNumberOfAnotherHasItsOwnName) {
  call(1);
  function_.name = "app::other()";
  call(2);
  destination().commit(9);
  EXPECT_EQ(server_.items().at(0).name, "app::run()");
  EXPECT_EQ(server_.items().at(1).name, "app::other()");
}

TEST_F(OtlpDestinationTest, AProcessThatHasEndedIsForgotten) {
  destination().call(start(1, 0, "n=1"));
  destination().summary({.pid = 7});
  destination().call(end(1));
  destination().commit(9);
  EXPECT_FALSE(server_.items().at(0).attributes.contains("glimpse.args"));
}

}  // namespace
}  // namespace glimpse::writers::otlp
