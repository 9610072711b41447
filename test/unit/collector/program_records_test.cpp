// What a program says of itself, from rings to records: spans, messages, blocks, and what the calls below a span carry.
#include "collector/program_records.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "collector/process_trace.h"
#include "test/support/fake_process.h"
#include "test/support/memory_writer.h"
#include "test/support/temporary_folder.h"
#include "test/support/told_payload.h"

namespace glimpse::collector {
namespace {

using wire::FakeProcess;
using wire::FakeRing;
using wire::FieldType;
using wire::RecordType;
using wire::ToldPayload;

constexpr std::uint64_t kTicks = FakeProcess::kStartTicks;
constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();
constexpr writers::TraceId kTrace{0xa1, 0xb2};

policy::Policy deep_policy() {
  policy::Policy policy = policy::built_in_policy();
  policy.trace_depth = 100;
  return policy;
}

class ProgramRecordsTest : public testing::Test {
 protected:
  void open() {
    auto view = ProcessView::open(process_.path());
    ASSERT_TRUE(view.ok()) << view.error().message;
    trace_ = std::make_unique<ProcessTrace>(context_, std::move(*view), writer_);
  }

  void consume() {
    if (trace_ == nullptr) open();
    trace_->decide_functions();
    trace_->find_lanes();
    trace_->consume(kEver, kAll, std::numeric_limits<std::size_t>::max());
  }

  // Another collector takes over, from what this one saved.
  void take_over(bool whole) {
    auto saved = trace_->save(whole);
    if (saved) {
      saved->number = 1;
      SessionState change;
      change.whole = whole ? 1 : 0;
      change.processes.push_back(*saved);
      const auto decoded = decode(encode(change));
      ASSERT_TRUE(decoded.has_value());
      apply(state_, *decoded);
    }
    ASSERT_EQ(state_.processes.size(), 1u);
    auto view = ProcessView::open(process_.path());
    ASSERT_TRUE(view.ok());
    trace_ = std::make_unique<ProcessTrace>(context_, std::move(*view), writer_, state_.processes[0]);
  }

  static std::int64_t at(std::uint64_t ticks) {
    return FakeProcess::kStartRealtime_ns + static_cast<std::int64_t>(ticks);
  }

  static ToldPayload start_of(std::uint64_t span_id, std::uint64_t parent, std::string_view name,
                              std::uint32_t flags = 0) {
    return ToldPayload(wire::SpanStartPayload{.trace_high = kTrace.high,
                                              .trace_low = kTrace.low,
                                              .span_id = span_id,
                                              .parent_span_id = parent,
                                              .kind = 2,
                                              .flags = flags,
                                              .name_bytes = static_cast<std::uint32_t>(name.size()),
                                              .tracestate_bytes = 3})
        .text(name)
        .text("a=b");
  }
  static ToldPayload context_of(std::uint64_t span_id) {
    return ToldPayload(wire::ContextPayload{span_id == 0 ? 0 : kTrace.high, span_id == 0 ? 0 : kTrace.low, span_id});
  }
  static ToldPayload end_of(std::uint64_t span_id) { return ToldPayload(span_id); }

  std::vector<writers::KeptSpan> spans() const { return writer_.only<writers::KeptSpan>(); }
  std::vector<writers::KeptCall> calls() const { return writer_.only<writers::KeptCall>(); }

  TemporaryFolder folder_;
  FakeProcess process_{folder_.file("process-1")};
  Settings settings_{.policy = deep_policy()};
  SessionContext context_{settings_, TscRate(), Binaries(settings_.policy), 77};
  writers::MemoryWriter writer_;
  SessionState state_;
  std::unique_ptr<ProcessTrace> trace_;
};

TEST_F(ProgramRecordsTest, ASpanIsTheSumOfWhatIsSaidOfIt) {
  FakeRing main = process_.claim_ring(7, "main");
  main.record(RecordType::kSpanStart, start_of(9, 0, "checkout"), kTicks + 10)
      .record(RecordType::kSpanFields,
              ToldPayload(wire::SpanFieldsPayload{9, 5})
                  .field("user", "ann")
                  .field("items", FieldType::kSigned, static_cast<std::uint64_t>(-3))
                  .field("total", FieldType::kDouble, std::bit_cast<std::uint64_t>(2.5))
                  .field("paid", FieldType::kBool, 1)
                  .field("bytes", FieldType::kUnsigned, ~std::uint64_t{0}),
              kTicks + 11)
      .record(RecordType::kSpanFields, ToldPayload(wire::SpanFieldsPayload{9, 1}).field("user", "bob"), kTicks + 12)
      .record(RecordType::kSpanEvent, ToldPayload(wire::SpanEventPayload{9, 4, 1}).text("paid").field("by", "card"),
              kTicks + 13)
      .record(RecordType::kSpanLink, ToldPayload(wire::SpanLinkPayload{9, {1, 2, 3}, 1}).field("why", "retry"),
              kTicks + 14)
      .record(RecordType::kSpanStatus, ToldPayload(wire::SpanStatusPayload{9, 2, 4}).text("late"), kTicks + 15)
      .record(RecordType::kSpanName, ToldPayload(wire::SpanNamePayload{9, 8}).text("POST /co"), kTicks + 16)
      .record(RecordType::kSpanEnd, end_of(9), kTicks + 30);
  consume();
  ASSERT_EQ(spans().size(), 1u);
  const writers::KeptSpan kept = spans()[0];
  const writers::Span& span = kept.span;
  EXPECT_EQ(span.trace, kTrace);
  EXPECT_EQ(span.span_id, 9u);
  EXPECT_EQ(span.name, "POST /co");
  EXPECT_EQ(span.kind, writers::SpanKind::kServer);
  EXPECT_EQ(span.status, writers::SpanStatus::kError);
  EXPECT_EQ(span.status_message, "late");
  EXPECT_EQ(span.tracestate, "a=b");
  EXPECT_EQ(span.timestamp_ns, at(10));
  EXPECT_EQ(span.duration_ns, 20u);
  EXPECT_FALSE(span.open);
  EXPECT_EQ(span.pid, 4242u);
  EXPECT_EQ(span.tid, 7u);
  ASSERT_EQ(span.attributes.size(), 5u) << "the last word on `user` counts";
  EXPECT_EQ(span.attributes[0].text, "bob");
  EXPECT_EQ(span.attributes[1].signed_number, -3);
  EXPECT_EQ(span.attributes[2].real, 2.5);
  EXPECT_EQ(span.attributes[3].unsigned_number, 1u);
  EXPECT_EQ(span.attributes[4].unsigned_number, ~std::uint64_t{0});
  ASSERT_EQ(span.events.size(), 1u);
  EXPECT_EQ(span.events[0].name, "paid");
  EXPECT_EQ(span.events[0].timestamp_ns, at(13));
  EXPECT_EQ(span.events[0].fields.at(0).text, "card");
  ASSERT_EQ(span.links.size(), 1u);
  EXPECT_EQ(span.links[0].trace, (writers::TraceId{1, 2}));
  EXPECT_EQ(span.links[0].span_id, 3u);
  EXPECT_EQ(writer_.only<writers::KeptThread>().size(), 1u) << "a thread without calls is announced too";
}

TEST_F(ProgramRecordsTest, CallsCarryTheSpanTheyBeganUnder) {
  const auto f = process_.add_function(0x10);
  FakeRing main = process_.claim_ring(7, "main");
  main.start(f, kTicks + 1)
      .record(RecordType::kSpanStart, start_of(9, 0, "root"), kTicks + 2)
      .record(RecordType::kContext, context_of(9), kTicks + 2)
      .start(f, kTicks + 3)
      .record(RecordType::kSpanStart, start_of(10, 9, "child"), kTicks + 4)
      .record(RecordType::kContext, context_of(10), kTicks + 4)
      .start(f, kTicks + 5)
      .start(f, kTicks + 6)
      .end(f, kTicks + 7)
      .end(f, kTicks + 8)
      .record(RecordType::kContext, context_of(9), kTicks + 9)
      .record(RecordType::kSpanEnd, end_of(10), kTicks + 9)
      .end(f, kTicks + 10)
      .record(RecordType::kContext, context_of(0), kTicks + 11)
      .record(RecordType::kSpanEnd, end_of(9), kTicks + 11)
      .end(f, kTicks + 12);
  consume();
  std::vector<std::string> told;
  for (const writers::KeptCall& kept : calls()) {
    told.push_back(std::to_string(kept.call.call_id) + " in " + std::to_string(kept.call.active_span_id) +
                   (kept.call.parent_call_is_nearest ? " below its call" : " below its span"));
    EXPECT_EQ(kept.call.trace, kept.call.active_span_id == 0 ? writers::TraceId{} : kTrace);
  }
  EXPECT_EQ(told,
            (std::vector<std::string>{"1 in 0 below its call", "2 in 9 below its span", "3 in 10 below its span",
                                      "4 in 10 below its call", "4 in 10 below its call", "3 in 10 below its span",
                                      "2 in 9 below its span", "1 in 0 below its call"}));
  ASSERT_EQ(spans().size(), 2u);
  EXPECT_EQ(spans()[0].span.name, "child");
  EXPECT_EQ(spans()[0].span.parent_span_id, 9u);
  EXPECT_EQ(spans()[0].span.parent_call_id, 2u);
  EXPECT_TRUE(spans()[0].span.parent_call_is_nearest) << "call 2 began below the root span";
  EXPECT_EQ(spans()[1].span.parent_call_id, 1u);
  EXPECT_FALSE(spans()[1].span.parent_call_is_nearest) << "the root begins a trace of its own";
}

TEST_F(ProgramRecordsTest, ASpanMayEndOnAnotherThread) {
  FakeRing one = process_.claim_ring(7, "one");
  FakeRing other = process_.claim_ring(8, "other");
  one.record(RecordType::kSpanStart, start_of(9, 3, "job", wire::kRemoteParent), kTicks + 1);
  other.record(RecordType::kSpanFields, ToldPayload(wire::SpanFieldsPayload{9, 1}).field("k", "v"), kTicks + 2)
      .record(RecordType::kSpanEnd, end_of(9), kTicks + 3);
  consume();
  ASSERT_EQ(spans().size(), 1u);
  EXPECT_EQ(spans()[0].span.tid, 7u);
  EXPECT_EQ(spans()[0].span.attributes.size(), 1u);
  EXPECT_TRUE(spans()[0].span.remote_parent);
}

TEST_F(ProgramRecordsTest, SpansOfAProcessThatIsGoneAreToldAsOpen) {
  FakeRing main = process_.claim_ring(7, "main");
  main.record(RecordType::kSpanStart, start_of(11, 0, "request"), kTicks + 1)
      .record(RecordType::kSpanStart, start_of(10, 11, "query"), kTicks + 4)
      .record(RecordType::kSpanFields, ToldPayload(wire::SpanFieldsPayload{10, 1}).field("k", "v"), kTicks + 9);
  consume();
  EXPECT_TRUE(spans().empty());
  trace_->finish({.signal = 9});
  ASSERT_EQ(spans().size(), 2u);
  EXPECT_EQ(spans()[0].span.name, "request");
  EXPECT_TRUE(spans()[0].span.open);
  EXPECT_EQ(spans()[0].span.duration_ns, 8u);
  EXPECT_EQ(spans()[1].span.attributes.size(), 1u);
}

TEST_F(ProgramRecordsTest, ARecordOfASpanWhoseBeginIsLostIsCounted) {
  FakeRing main = process_.claim_ring(7, "main");
  main.record(RecordType::kSpanFields, ToldPayload(wire::SpanFieldsPayload{5, 1}).field("k", "v"), kTicks + 1)
      .record(RecordType::kSpanEnd, end_of(5), kTicks + 2);
  consume();
  trace_->finish({});
  EXPECT_TRUE(spans().empty());
  const auto dropped = writer_.only<writers::Summary>().at(0).dropped;
  ASSERT_EQ(dropped.size(), 1u);
  EXPECT_EQ(dropped[0].first, "span_begin_lost");
  EXPECT_EQ(dropped[0].second, 2u);
}

TEST_F(ProgramRecordsTest, ASpanKeepsABoundedNumberOfAttributesAndSaysSo) {
  FakeRing main = process_.claim_ring(7, "main");
  main.record(RecordType::kSpanStart, start_of(9, 0, "long"), kTicks + 1);
  for (std::size_t i = 0; i < kMostOfASpan + 5; ++i) {
    main.record(RecordType::kSpanFields,
                ToldPayload(wire::SpanFieldsPayload{9, 1}).field(std::to_string(i), FieldType::kSigned, i), kTicks + 2);
  }
  main.record(RecordType::kSpanEnd, end_of(9), kTicks + 3);
  consume();
  ASSERT_EQ(spans().size(), 1u);
  EXPECT_EQ(spans()[0].span.attributes.size(), kMostOfASpan);
  const auto notices = writer_.only<writers::KeptNotice>();
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].message,
            "the span \"long\" has the first 1024 of its attributes, events and links; 5 were left out");
}

TEST_F(ProgramRecordsTest, AMessageHasItsSpanCallAndException) {
  const auto f = process_.add_function(0x10);
  FakeRing main = process_.claim_ring(7, "main");
  const wire::LogPayload head{.level = 3,
                              .line = 12,
                              .ttl_seconds = 60,
                              .message_bytes = 9,
                              .title_bytes = 5,
                              .tags_bytes = 9,
                              .file_bytes = 7,
                              .exception_type_bytes = 18,
                              .exception_message_bytes = 3,
                              .field_count = 1,
                              .frame_count = 0};
  main.record(RecordType::kContext, context_of(9), kTicks + 1)
      .start(f, kTicks + 2)
      .record(RecordType::kLog,
              ToldPayload(head)
                  .text("no answer")
                  .text("till3")
                  .text("net, till")
                  .text("app.cpp")
                  .text("St13runtime_error\0")
                  .text("bad")
                  .field("port", FieldType::kSigned, 80),
              kTicks + 3)
      .end(f, kTicks + 4);
  consume();
  const auto logs = writer_.only<writers::KeptLog>();
  ASSERT_EQ(logs.size(), 1u);
  const writers::Log& log = logs[0].log;
  EXPECT_EQ(log.level, writers::Level::kError);
  EXPECT_EQ(log.message, "no answer");
  EXPECT_EQ(log.title, "till3");
  EXPECT_EQ(log.tags, (std::vector<std::string_view>{"net", "till"}));
  EXPECT_EQ(log.ttl_seconds, 60);
  EXPECT_EQ(log.file, "app.cpp");
  EXPECT_EQ(log.line, 12u);
  EXPECT_EQ(log.trace, kTrace);
  EXPECT_EQ(log.span_id, 9u);
  EXPECT_EQ(log.call_id, 1u);
  ASSERT_EQ(log.fields.size(), 1u);
  EXPECT_EQ(log.fields[0].signed_number, 80);
}

TEST_F(ProgramRecordsTest, BlocksAreCallsWithNamesOfTheirOwn) {
  const auto f = process_.add_function(0x10);
  FakeRing main = process_.claim_ring(7, "main");
  const auto block = [&](std::string_view name, std::string_view label, std::uint64_t ticks) {
    main.record(RecordType::kBlock,
                ToldPayload(wire::BlockPayload{static_cast<std::uint32_t>(name.size()),
                                               static_cast<std::uint32_t>(label.size()), 7, 3})
                    .text(name)
                    .text(label)
                    .text("app.cpp"),
                ticks);
    main.start(wire::kBlockFunction, ticks);
  };
  main.start(f, kTicks + 1);
  block("crunch", "", kTicks + 2);
  block("shop::till::sell<a::b>(int)", "checkout", kTicks + 3);
  main.end(wire::kBlockFunction, kTicks + 4).end(wire::kBlockFunction, kTicks + 5).end(f, kTicks + 6);
  consume();
  const auto told = calls();
  ASSERT_EQ(told.size(), 6u);
  EXPECT_EQ(told[1].function.name, "crunch");
  EXPECT_EQ(told[1].function.module, "till") << "the program's file";
  EXPECT_EQ(told[1].function.file, "app.cpp");
  EXPECT_EQ(told[1].function.line, 3u);
  EXPECT_EQ(told[1].call.parent_call_id, 1u);
  EXPECT_EQ(told[2].function.name, "shop::till::sell<a::b>(int)[checkout]");
  EXPECT_EQ(told[2].function.module, "shop::till");
  EXPECT_EQ(told[3].function.name, told[2].function.name);
  EXPECT_EQ(told[3].call.duration_ns, 1u);
  EXPECT_EQ(told[4].function.name, "crunch");
  EXPECT_EQ(told[4].call.duration_ns, 3u);
}

TEST_F(ProgramRecordsTest, AMessageOfAProgramsEndSaysWhichProgramThatWas) {
  settings_.service = "till";
  settings_.repository = "https://example.org/till";
  FakeRing main = process_.claim_ring(7, "main");
  const auto log = [&](std::uint32_t level) {
    main.record(RecordType::kLog,
                ToldPayload(wire::LogPayload{.level = level, .ttl_seconds = -1, .message_bytes = 3}).text("end"),
                kTicks + level);
  };
  log(3);
  log(4);
  consume();
  const auto logs = writer_.only<writers::KeptLog>();
  ASSERT_EQ(logs.size(), 2u);
  EXPECT_TRUE(logs[0].log.fields.empty());
  ASSERT_EQ(logs[1].log.fields.size(), 2u);
  EXPECT_EQ(logs[1].log.fields[0].key, "service");
  EXPECT_EQ(logs[1].log.fields[0].text, "till");
  EXPECT_EQ(logs[1].log.fields[1].key, "repository");
  EXPECT_EQ(logs[1].log.fields[1].text, "https://example.org/till");
}

// Each record by a collector of its own.
TEST_F(ProgramRecordsTest, AnotherCollectorGoesOnWithSpansBlocksAndTheActiveSpan) {
  const auto f = process_.add_function(0x10);
  FakeRing main = process_.claim_ring(7, "main");
  open();
  auto next = [&, first = true]() mutable {
    consume();
    trace_->close_ended();
    ASSERT_TRUE(writer_.flush().ok());
    take_over(first);
    first = false;
  };
  main.record(RecordType::kSpanStart, start_of(8, 0, "gone"), kTicks + 1);
  next();
  main.record(RecordType::kSpanStart, start_of(9, 8, "stays"), kTicks + 2);
  next();
  main.record(RecordType::kContext, context_of(9), kTicks + 3);
  next();
  main.record(RecordType::kSpanEnd, end_of(8), kTicks + 4);
  next();
  main.record(RecordType::kBlock, ToldPayload(wire::BlockPayload{1, 0, 0, 0}).text("b"), kTicks + 5);
  next();
  main.start(wire::kBlockFunction, kTicks + 6);
  next();
  main.record(RecordType::kSpanFields, ToldPayload(wire::SpanFieldsPayload{9, 1}).field("k", "v"), kTicks + 7);
  next();
  main.start(f, kTicks + 8);
  next();
  main.end(f, kTicks + 9);
  next();
  main.end(wire::kBlockFunction, kTicks + 10);
  next();
  trace_->finish({});
  const auto told = calls();
  ASSERT_EQ(told.size(), 4u);
  for (const writers::KeptCall& call : told) EXPECT_EQ(call.call.active_span_id, 9u);
  EXPECT_FALSE(told[3].call.parent_call_is_nearest);
  EXPECT_TRUE(told[2].call.parent_call_is_nearest);
  EXPECT_EQ(told[3].function.name, "b");
  EXPECT_EQ(told[3].call.duration_ns, 4u);
  ASSERT_EQ(spans().size(), 2u);
  EXPECT_EQ(spans()[0].span.name, "gone");
  EXPECT_FALSE(spans()[0].span.open);
  EXPECT_EQ(spans()[1].span.name, "stays");
  EXPECT_TRUE(spans()[1].span.open);
  EXPECT_EQ(spans()[1].span.attributes.size(), 1u);
}

// Whatever stands in the ring: nothing is read beyond the payload.
TEST_F(ProgramRecordsTest, BrokenPayloadsHarmNobody) {
  FakeRing main = process_.claim_ring(7, "main");
  for (std::uint32_t type = static_cast<std::uint32_t>(RecordType::kContext);
       type <= static_cast<std::uint32_t>(RecordType::kBlock); ++type) {
    for (std::size_t words = 0; words < 12; ++words) {
      main.record(static_cast<RecordType>(type), std::vector<std::uint64_t>(words, ~std::uint64_t{0}), kTicks + 1);
      main.record(static_cast<RecordType>(type), std::vector<std::uint64_t>(words, 0x0000000900000009), kTicks + 1);
    }
  }
  main.end(wire::kBlockFunction, kTicks + 2).start(wire::kBlockFunction, kTicks + 3);
  consume();
  trace_->finish({});
  EXPECT_EQ(writer_.only<writers::Summary>().size(), 1u);
}

}  // namespace
}  // namespace glimpse::collector
