#include "writers/otlp/encoder.h"

#include <gtest/gtest.h>

#include <cmath>

#include "read_request.h"

namespace glimpse::writers::otlp {
namespace {

// Each promise holds for both forms.
class EachEncoding : public testing::TestWithParam<Encoding> {
 protected:
  std::vector<ReadResource> read(const std::vector<Group>& groups, Signal signal = Signal::kTraces) {
    const std::string body = encoder_->request(signal, groups);
    const bool traces = signal == Signal::kTraces;
    return GetParam() == Encoding::kJson ? read_json(body, traces) : read_protobuf(body, traces);
  }

  ReadItem read(const Span& span) {
    Group group{std::make_shared<const std::string>(encoder_->resource({})), {}};
    encoder_->span(group.items, span);
    const auto resources = read(std::vector{group});
    EXPECT_EQ(resources.at(0).items.size(), 1u);
    return resources.at(0).items.at(0);
  }

  Span span() {
    function_part_ = encoder_->function_part(function_);
    thread_part_ = encoder_->thread_part(8, "worker");
    Span result;
    result.trace_id = {0x0102030405060708, 0x090a0b0c0d0e0f10};
    result.span_id = 0xf0e0d0c0b0a09080;
    result.parent_span_id = 0x1;
    result.begin_ns = 1'772'366'400'123'456'789;
    result.end_ns = 1'772'366'400'123'458'023;
    result.function_part = function_part_;
    result.thread_part = thread_part_;
    result.call_id = 9'007'199'254'740'993;
    return result;
  }

  std::unique_ptr<Encoder> encoder_ = make_encoder(GetParam());
  Function function_{.index = 0, .name = "app::db::query(int)", .module = "app::db", .file = "src/db.cpp", .line = 12};
  std::string function_part_, thread_part_;
};

INSTANTIATE_TEST_SUITE_P(Encoder, EachEncoding, testing::Values(Encoding::kProtobuf, Encoding::kJson),
                         [](const auto& form) { return form.param == Encoding::kJson ? "Json" : "Protobuf"; });

TEST_P(EachEncoding, ASpanSaysWhoCalledWhatAndWhen) {
  const ReadItem read_back = read(span());
  EXPECT_EQ(read_back.trace_id, "0102030405060708090a0b0c0d0e0f10");
  EXPECT_EQ(read_back.span_id, "f0e0d0c0b0a09080");
  EXPECT_EQ(read_back.parent_span_id, "0000000000000001");
  EXPECT_EQ(read_back.name, "app::db::query(int)");
  EXPECT_EQ(read_back.kind, 1);
  EXPECT_EQ(read_back.begin, 1'772'366'400'123'456'789u);
  EXPECT_EQ(read_back.end, 1'772'366'400'123'458'023u);
  EXPECT_EQ(read_back.flags, 0x101u);
  EXPECT_EQ(read_back.status, 0);
  const std::map<std::string, std::string> expected{
      {"code.function.name", "app::db::query(int)"},
      {"code.file.path", "src/db.cpp"},
      {"code.line.number", "12"},
      {"glimpse.module", "app::db"},
      {"thread.id", "8"},
      {"thread.name", "worker"},
      {"glimpse.call_id", "9007199254740993"},
  };
  EXPECT_EQ(read_back.attributes, expected);
}

TEST_P(EachEncoding, ARootHasNoParent) {
  Span root = span();
  root.parent_span_id = 0;
  EXPECT_EQ(read(root).parent_span_id, "");
}

TEST_P(EachEncoding, WhatIsNotKnownIsNotThere) {
  function_.file.clear();
  function_.line = 0;
  Span plain = span();
  thread_part_ = encoder_->thread_part(8, "");
  plain.thread_part = thread_part_;
  const ReadItem read_back = read(plain);
  for (const char* key : {"code.file.path", "code.line.number", "thread.name", "glimpse.args", "glimpse.result"}) {
    EXPECT_FALSE(read_back.attributes.contains(key)) << key;
  }
  EXPECT_TRUE(read_back.events.empty());
}

TEST_P(EachEncoding, ArgumentsAndResultsAreAttributes) {
  Span captured = span();
  captured.arguments = "text=\"a\\n\", n=1";
  captured.result = "-1";
  const ReadItem read_back = read(captured);
  EXPECT_EQ(read_back.attributes.at("glimpse.args"), "text=\"a\\n\", n=1");
  EXPECT_EQ(read_back.attributes.at("glimpse.result"), "-1");
}

TEST_P(EachEncoding, AFailedSpanHasAStatusAndAnExceptionEventAtItsEnd) {
  const Exception thrown{.type = "std::runtime_error",
                         .what = "no \"such\" row",
                         .has_what = true,
                         .stack_trace = "f()\nmain",
                         .fingerprint = "0af1"};
  Span failed = span();
  failed.failed = true;
  failed.exception = &thrown;
  const ReadItem read_back = read(failed);
  EXPECT_EQ(read_back.status, 2);
  EXPECT_EQ(read_back.status_message, "no \"such\" row");
  EXPECT_EQ(read_back.attributes.at("error.type"), "std::runtime_error");
  ASSERT_EQ(read_back.events.size(), 1u);
  EXPECT_EQ(read_back.events[0].name, "exception");
  EXPECT_EQ(read_back.events[0].time, read_back.end);
  const std::map<std::string, std::string> expected{{"exception.type", "std::runtime_error"},
                                                    {"exception.message", "no \"such\" row"},
                                                    {"exception.stacktrace", "f()\nmain"},
                                                    {"glimpse.fingerprint", "0af1"}};
  EXPECT_EQ(read_back.events[0].attributes, expected);
}

TEST_P(EachEncoding, AFailedSpanOfWhichNothingIsKnownIsStillAnError) {
  Span failed = span();
  failed.failed = true;
  const ReadItem read_back = read(failed);
  EXPECT_EQ(read_back.status, 2);
  EXPECT_EQ(read_back.attributes.at("error.type"), "_OTHER");
  const std::map<std::string, std::string> expected{{"exception.type", "_OTHER"}};
  EXPECT_EQ(read_back.events.at(0).attributes, expected);
  const Exception only_text{.what = "w", .has_what = true};
  failed.exception = &only_text;
  const std::map<std::string, std::string> text{{"exception.message", "w"}};
  EXPECT_EQ(read(failed).events.at(0).attributes, text);
}

TEST_P(EachEncoding, BytesThatAreNoTextBecomeReplacementCharacters) {
  function_.name = "f\xff(int)";
  Span wrong = span();
  wrong.arguments = "\xc3\x28 \xe2\x82\xac";
  const ReadItem read_back = read(wrong);
  EXPECT_EQ(read_back.name, "f\xEF\xBF\xBD(int)");
  EXPECT_EQ(read_back.attributes.at("glimpse.args"), "\xEF\xBF\xBD( \xe2\x82\xac");
}

TEST_P(EachEncoding, EachProcessIsAResourceWithItsOwnItems) {
  std::vector<Group> groups;
  for (const char* service : {"shop", "bank"}) {
    const Attributes attributes{{"service.name", service},
                                {"process.pid", std::int64_t{7}},
                                {"process.command_args", std::vector<std::string>{"./a", "b \"c\""}}};
    groups.push_back({std::make_shared<const std::string>(encoder_->resource(attributes)), {}});
    encoder_->span(groups.back().items, span());
    encoder_->span(groups.back().items, span());
  }
  const auto resources = read(groups);
  ASSERT_EQ(resources.size(), 2u);
  const std::map<std::string, std::string> expected{
      {"service.name", "bank"}, {"process.pid", "7"}, {"process.command_args", R"(["./a","b \"c\""])"}};
  EXPECT_EQ(resources[1].attributes, expected);
  EXPECT_EQ(resources[0].items.size(), 2u);
  EXPECT_EQ(resources[1].items.size(), 2u);
  EXPECT_EQ(resources[0].scope, "glimpse");
  EXPECT_NE(resources[0].scope_version, "");
}

TEST_P(EachEncoding, ASpanOfTheProgramHasAllThatItSaid) {
  ProgramSpan said{.trace_id = {1, 2},
                   .span_id = 3,
                   .parent_span_id = 4,
                   .remote_parent = true,
                   .begin_ns = 1'772'366'400'000'000'001,
                   .end_ns = 1'772'366'400'000'000'009,
                   .name = "GET \"/cart\"\xff",
                   .kind = 2,
                   .status = 2,
                   .status_message = "no cart",
                   .tracestate = "congo=t61"};
  said.attributes = {{"text", "v"}, {"int", std::int64_t{-9'007'199'254'740'993}},
                     {"real", 0.1}, {"yes", true},
                     {"no", false}, {"infinite", HUGE_VAL}};
  said.events = {{5, "retry", {{"n", std::int64_t{2}}}}, {6, "done", {}}};
  said.links = {{{7, 8}, 9, {{"why", "again"}}}, {{10, 11}, 12, {}}};
  Group group{std::make_shared<const std::string>(encoder_->resource({})), {}, {}};
  encoder_->span(group.items, span());
  encoder_->program_span(group.program_items, said);
  ProgramSpan plain = said;
  plain = {.trace_id = {1, 2}, .span_id = 5, .begin_ns = 1, .end_ns = 2, .name = "n"};
  encoder_->program_span(group.program_items, plain);
  const auto resources = read(std::vector{group});
  ASSERT_EQ(resources.size(), 1u);
  EXPECT_EQ(resources[0].scope, "glimpse,glimpse.api");
  ASSERT_EQ(resources[0].items.size(), 3u);
  EXPECT_EQ(resources[0].items[0].scope, "glimpse");
  const ReadItem& item = resources[0].items[1];
  EXPECT_EQ(item.scope, "glimpse.api");
  EXPECT_EQ(item.trace_id, "00000000000000010000000000000002");
  EXPECT_EQ(item.span_id, "0000000000000003");
  EXPECT_EQ(item.parent_span_id, "0000000000000004");
  EXPECT_EQ(item.flags, 0x301u);
  EXPECT_EQ(item.begin, 1'772'366'400'000'000'001u);
  EXPECT_EQ(item.end, 1'772'366'400'000'000'009u);
  EXPECT_EQ(item.name, "GET \"/cart\"\xEF\xBF\xBD");
  EXPECT_EQ(item.kind, 2);
  EXPECT_EQ(item.status, 2);
  EXPECT_EQ(item.status_message, "no cart");
  EXPECT_EQ(item.tracestate, "congo=t61");
  const bool json = GetParam() == Encoding::kJson;
  const std::map<std::string, std::string> expected{
      {"text", "v"},   {"int", "-9007199254740993"},
      {"real", "0.1"}, {"yes", "true"},
      {"no", "false"}, {"infinite", json ? "Infinity" : "null"}};  // as the reader of bytes says it
  EXPECT_EQ(item.attributes, expected);
  ASSERT_EQ(item.events.size(), 2u);
  EXPECT_EQ(item.events[0].name, "retry");
  EXPECT_EQ(item.events[0].time, 5u);
  EXPECT_EQ(item.events[0].attributes.at("n"), "2");
  ASSERT_EQ(item.links.size(), 2u);
  EXPECT_EQ(item.links[0].trace_id, "00000000000000070000000000000008");
  EXPECT_EQ(item.links[0].span_id, "0000000000000009");
  EXPECT_EQ(item.links[0].attributes.at("why"), "again");
  const ReadItem& bare = resources[0].items[2];
  EXPECT_EQ(bare.flags, 0x101u);
  EXPECT_EQ(bare.parent_span_id, "");
  EXPECT_EQ(bare.status, 0);
  EXPECT_EQ(bare.kind, 1);
  EXPECT_TRUE(bare.attributes.empty());
}

TEST_P(EachEncoding, AScopeWithoutItemsIsNotThere) {
  Group group{std::make_shared<const std::string>(encoder_->resource({})), {}, {}};
  encoder_->program_span(group.program_items, {.trace_id = {1, 2}, .span_id = 5, .name = "n"});
  EXPECT_EQ(read(std::vector{group}).at(0).scope, "glimpse.api");
}

TEST_P(EachEncoding, ALogRecordHasSeverityBodyAndItsSpanWhereThereIsOne) {
  Group group{std::make_shared<const std::string>(encoder_->resource({})), {}};
  LogRecord record;
  record.time_ns = 1'772'366'400'000'000'001;
  record.body = "the ring was \"full\"";
  record.attributes = {{"glimpse.reason", "dropped"}, {"glimpse.dropped", std::int64_t{12}}};
  encoder_->log(group.items, record);
  record.trace_id = {1, 2};
  record.span_id = 3;
  encoder_->log(group.items, record);
  const auto resources = read(std::vector{group}, Signal::kLogs);
  ASSERT_EQ(resources.at(0).items.size(), 2u);
  const ReadItem& first = resources[0].items[0];
  EXPECT_EQ(first.begin, 1'772'366'400'000'000'001u);
  EXPECT_EQ(first.end, first.begin);
  EXPECT_EQ(first.severity, 13);
  EXPECT_EQ(first.severity_text, "WARN");
  EXPECT_EQ(first.body, "the ring was \"full\"");
  EXPECT_EQ(first.attributes.at("glimpse.dropped"), "12");
  EXPECT_EQ(first.trace_id, "");
  EXPECT_EQ(resources[0].items[1].trace_id, "00000000000000010000000000000002");
  EXPECT_EQ(resources[0].items[1].span_id, "0000000000000003");
}

}  // namespace
}  // namespace glimpse::writers::otlp
