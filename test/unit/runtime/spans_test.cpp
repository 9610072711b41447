// What the table's functions for spans, logs and contexts put into the ring: read back by the collector's reader.
#include <errno.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "collector/payload_reader.h"
#include "runtime/active_context.h"
#include "runtime/process.h"
#include "runtime/program_calls.h"
#include "runtime/recording.h"
#include "runtime/room.h"
#include "runtime/told_fields.h"
#include "test/unit/runtime/program_fake.h"

namespace glimpse::runtime {
namespace {

using collector::PayloadReader;
using wire::RecordType;
using Lines = std::vector<std::string>;

constexpr glimpse_context kSome{11, 12, 13, 1, 0, nullptr};

Lines only(const Lines& lines, const std::string& prefix) {
  Lines found;
  for (const std::string& line : lines) {
    if (line.rfind(prefix, 0) == 0) found.push_back(line);
  }
  return found;
}

std::string number(RecordType type) { return "record " + std::to_string(static_cast<unsigned>(type)); }

TEST(Spans, AFirstSpanBeginsATraceThatIsSampled) {
  FakeProgram program;
  glimpse_context span{};
  span_start(&span, text("checkout"), GLIMPSE_SPAN_SERVER, nullptr);
  EXPECT_NE(span.trace_id_high | span.trace_id_low, 0u);
  EXPECT_NE(span.span_id, 0u);
  EXPECT_EQ(span.flags, 1u);
  const auto payload = program.payload_of(RecordType::kSpanStart);
  PayloadReader reader(payload);
  const auto told = reader.structure<wire::SpanStartPayload>();
  EXPECT_EQ(told.trace_high, span.trace_id_high);
  EXPECT_EQ(told.trace_low, span.trace_id_low);
  EXPECT_EQ(told.span_id, span.span_id);
  EXPECT_EQ(told.parent_span_id, 0u);
  EXPECT_EQ(told.kind, static_cast<std::uint32_t>(GLIMPSE_SPAN_SERVER));
  EXPECT_EQ(told.flags, 0u);
  EXPECT_EQ(reader.text(told.name_bytes), "checkout");
  EXPECT_EQ(told.tracestate_bytes, 0u);
  EXPECT_TRUE(reader.at_end());
}

TEST(Spans, AChildKeepsTraceFlagsAndStateOfItsParentAndSaysWhetherThatIsElsewhere) {
  FakeProgram program;
  const glimpse_context parent{1, 2, 3, 0, 1, "vendor=1"};
  glimpse_context span = parent;
  span_start(&span, text("below"), GLIMPSE_SPAN_INTERNAL, &span);  // may be the same place
  EXPECT_EQ(span.trace_id_high, 1u);
  EXPECT_EQ(span.trace_id_low, 2u);
  EXPECT_NE(span.span_id, 3u);
  EXPECT_EQ(span.flags, 0u);
  EXPECT_EQ(span.remote, 0u);
  EXPECT_STREQ(span.tracestate, "vendor=1");
  const auto payload = program.payload_of(RecordType::kSpanStart);
  PayloadReader reader(payload);
  const auto told = reader.structure<wire::SpanStartPayload>();
  EXPECT_EQ(told.parent_span_id, 3u);
  EXPECT_EQ(told.flags, static_cast<std::uint32_t>(wire::kRemoteParent));
  EXPECT_EQ(reader.text(told.name_bytes), "below");
  EXPECT_EQ(reader.text(told.tracestate_bytes), "vendor=1");
}

TEST(Spans, WithoutAParentTheActiveSpanIsIt) {
  FakeProgram program;
  attach_context(&kSome, nullptr);
  glimpse_context span{};
  span_start(&span, text("child"), GLIMPSE_SPAN_INTERNAL, nullptr);
  EXPECT_EQ(span.trace_id_low, 12u);
  const glimpse_context none{};
  span_start(&span, text("root"), GLIMPSE_SPAN_INTERNAL, &none);
  EXPECT_NE(span.trace_id_low, 12u);
  EXPECT_EQ(span.flags, 1u);
}

TEST(Spans, FieldsHaveTheirTypes) {
  FakeProgram program;
  glimpse_field fields[5] = {field("name", "otto"), field("count", -7)};
  fields[2] = field("size", 0);
  fields[2].type = GLIMPSE_VALUE_UINT;
  fields[2].value.unsigned_number = ~std::uint64_t{0};
  fields[3] = field("ratio", 0);
  fields[3].type = GLIMPSE_VALUE_DOUBLE;
  fields[3].value.real = 0.5;
  fields[4] = field("ok", 1);
  fields[4].type = GLIMPSE_VALUE_BOOL;
  span_set(&kSome, fields, 5);
  const auto payload = program.payload_of(RecordType::kSpanFields);
  PayloadReader reader(payload);
  const auto told = reader.structure<wire::SpanFieldsPayload>();
  EXPECT_EQ(told.span_id, 13u);
  const auto read = reader.fields(told.count);
  ASSERT_EQ(read.size(), 5u);
  EXPECT_EQ(read[0].key, "name");
  EXPECT_EQ(read[0].text, "otto");
  EXPECT_EQ(static_cast<std::int64_t>(read[1].word), -7);
  EXPECT_EQ(read[2].word, ~std::uint64_t{0});
  EXPECT_EQ(read[3].word, 0x3fe0000000000000u);
  EXPECT_EQ(read[4].word, 1u);
  for (std::uint32_t i = 0; i < 5; ++i) EXPECT_EQ(read[i].type, i);
  EXPECT_TRUE(reader.at_end());
}

TEST(Spans, MoreAttributesThanARecordHoldsAreToldInSeveral) {
  FakeProgram program;
  std::vector<glimpse_field> fields;
  std::vector<std::string> keys;
  for (int i = 0; i < 300; ++i) keys.push_back("key " + std::to_string(i));
  for (int i = 0; i < 300; ++i) fields.push_back(field(keys[static_cast<std::size_t>(i)], i));
  span_set(&kSome, fields.data(), fields.size());
  std::vector<std::string> told;
  while (true) {
    const auto payload = program.payload_of(RecordType::kSpanFields);
    if (payload.empty()) break;
    PayloadReader reader(payload);
    for (const auto& one : reader.fields(reader.structure<wire::SpanFieldsPayload>().count)) told.push_back(one.key);
  }
  EXPECT_EQ(told, keys);
}

TEST(Spans, LongAttributesAreToldInSeveralRecordsOfAShareOfTheRing) {
  FakeProgram program(wire::OverflowMode::kDrop, 8192);  // 64 KiB: 4 KiB for a text, 16 KiB for a record
  const std::string value(10'000, 'v');
  std::vector<glimpse_field> fields(8, field("key", value));
  span_set(&kSome, fields.data(), fields.size());
  std::size_t told = 0;
  while (true) {
    const auto payload = program.payload_of(RecordType::kSpanFields);
    if (payload.empty()) break;
    EXPECT_LE(payload.size(), 8192u / 4 + 2);
    PayloadReader reader(payload);
    for (const auto& one : reader.fields(reader.structure<wire::SpanFieldsPayload>().count)) {
      EXPECT_EQ(one.text.size(), 4096u);
      ++told;
    }
  }
  EXPECT_EQ(told, 8u);
  EXPECT_EQ(process.header->lost_records, 0u);
}

TEST(Spans, EventsLinksStatusNameAndEndNameTheirSpan) {
  FakeProgram program;
  const glimpse_field fields[2] = {field("a", "b"), field("c", 4)};
  const glimpse_context other{21, 22, 23, 0, 0, nullptr};
  span_event(&kSome, text("retry"), fields, 2);
  span_link(&kSome, &other, fields, 1);
  span_status(&kSome, GLIMPSE_STATUS_ERROR, text("no more"));
  span_rename(&kSome, text("other name"));
  span_end(&kSome);
  {
    const auto payload = program.payload_of(RecordType::kSpanEvent);
    PayloadReader reader(payload);
    const auto told = reader.structure<wire::SpanEventPayload>();
    EXPECT_EQ(told.span_id, 13u);
    EXPECT_EQ(reader.text(told.name_bytes), "retry");
    EXPECT_EQ(reader.fields(told.count).size(), 2u);
    EXPECT_TRUE(reader.at_end());
  }
  {
    const auto payload = program.payload_of(RecordType::kSpanLink);
    PayloadReader reader(payload);
    const auto told = reader.structure<wire::SpanLinkPayload>();
    EXPECT_EQ(told.to.trace_high, 21u);
    EXPECT_EQ(told.to.span_id, 23u);
    EXPECT_EQ(reader.fields(told.count).at(0).text, "b");
  }
  {
    const auto payload = program.payload_of(RecordType::kSpanStatus);
    PayloadReader reader(payload);
    const auto told = reader.structure<wire::SpanStatusPayload>();
    EXPECT_EQ(told.status, 2u);
    EXPECT_EQ(reader.text(told.text_bytes), "no more");
  }
  {
    const auto payload = program.payload_of(RecordType::kSpanName);
    PayloadReader reader(payload);
    EXPECT_EQ(reader.text(reader.structure<wire::SpanNamePayload>().name_bytes), "other name");
  }
  EXPECT_EQ(program.payload_of(RecordType::kSpanEnd), (std::vector<std::uint64_t>{13}));
}

TEST(Spans, ASpanThatWasNeverStartedSaysNothing) {
  FakeProgram program;
  glimpse_api_v1.recording = 0;
  glimpse_context span = kSome;
  span_start(&span, text("unrecorded"), GLIMPSE_SPAN_INTERNAL, nullptr);
  EXPECT_EQ(span.span_id, 0u);
  EXPECT_EQ(span.trace_id_low, 0u);
  glimpse_api_v1.recording = 1;
  const glimpse_field one = field("a", 1);
  span_set(&span, &one, 1);
  span_event(&span, text("x"), nullptr, 0);
  span_status(&span, 1, {nullptr, 0});
  span_rename(&span, text("x"));
  span_link(&kSome, &span, nullptr, 0);
  span_end(&span);
  EXPECT_EQ(program.read(), Lines{});
}

TEST(Spans, WhatFindsNoRoomIsCountedAndHarmsNothing) {
  FakeProgram program(wire::OverflowMode::kDrop, 8192);
  errno = 77;
  const std::string name(3000, 'n');
  std::uint64_t kept = 0;
  for (int i = 0; i < 100; ++i) span_rename(&kSome, text(name));
  EXPECT_EQ(errno, 77);
  kept = only(program.read(), number(RecordType::kSpanName)).size();
  EXPECT_GT(kept, 10u);
  EXPECT_EQ(process.header->lost_records, 100 - kept);
  span_end(&kSome);
  EXPECT_EQ(program.read().back(), number(RecordType::kSpanEnd));
}

TEST(Spans, InsideAHookWithoutALaneForHandlersTheyAreCountedAsLost) {
  FakeProgram program;
  program.lane().guard = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) + 4096;
  span_end(&kSome);
  EXPECT_EQ(process.header->lost_records, 1u);
  program.lane().guard = 0;
  EXPECT_EQ(program.read(), Lines{});
}

TEST(Logs, HaveTheirTextsFieldsAndFrames) {
  FakeProgram program;
  const glimpse_field fields[1] = {field("order", 12)};
  glimpse_log_record record{};
  record.level = GLIMPSE_ERROR;
  record.line = 42;
  record.message = text("it failed");
  record.title = text("title");
  record.tags = text("a,b");
  record.file = text("shop.cpp");
  record.exception_type = text("St9exception");
  record.exception_message = text("what it says");
  record.ttl_seconds = -1;
  record.fields = fields;
  record.field_count = 1;
  record.with_stack = 1;
  log(&record);
  const auto payload = program.payload_of(RecordType::kLog);
  PayloadReader reader(payload);
  const auto told = reader.structure<wire::LogPayload>();
  EXPECT_EQ(told.level, 3u);
  EXPECT_EQ(told.line, 42u);
  EXPECT_EQ(told.ttl_seconds, -1);
  EXPECT_EQ(reader.text(told.message_bytes), "it failed");
  EXPECT_EQ(reader.text(told.title_bytes), "title");
  EXPECT_EQ(reader.text(told.tags_bytes), "a,b");
  EXPECT_EQ(reader.text(told.file_bytes), "shop.cpp");
  EXPECT_EQ(reader.text(told.exception_type_bytes), "St9exception");
  EXPECT_EQ(reader.text(told.exception_message_bytes), "what it says");
  EXPECT_EQ(reader.fields(told.field_count).at(0).word, 12u);
  EXPECT_GT(told.frame_count, 2u);
  const auto frames = reader.words(told.frame_count);
  const auto here = reinterpret_cast<std::uintptr_t>(&only);  // somewhere in this program
  EXPECT_LT(wire::stack_frame_address(frames.at(0)) - here + (1u << 24), 1u << 25);
  EXPECT_TRUE(reader.at_end());
}

TEST(Logs, WithStackHaveSomeEvenWhereThrowsHaveNone) {
  FakeProgram program;
  program.runtime().session().stack_frames = 0;
  glimpse_log_record record{};
  record.with_stack = 1;
  log(&record);
  const auto payload = program.payload_of(RecordType::kLog);
  EXPECT_GT(PayloadReader(payload).structure<wire::LogPayload>().frame_count, 0u);
}

std::string cut(const std::string& value, std::uint64_t most) {
  FakeProgram program;
  program.runtime().session().max_field_bytes = most;
  span_rename(&kSome, text(value));
  const auto payload = program.payload_of(RecordType::kSpanName);
  PayloadReader reader(payload);
  return reader.text(reader.structure<wire::SpanNamePayload>().name_bytes);
}

TEST(ToldTexts, AreCutBetweenCharacters) {
  EXPECT_EQ(cut("abcdef", 6), "abcdef");
  EXPECT_EQ(cut("abcdef", 5), "abcde");
  EXPECT_EQ(cut("abcä", 4), "abc");
  EXPECT_EQ(cut("abcä", 5), "abcä");
  EXPECT_EQ(cut("ab\u20ac!", 4), "ab");
  EXPECT_EQ(cut("ab\u20ac!", 5), "ab\u20ac");
  EXPECT_EQ(cut("a\U0001f642!", 4), "a");
  EXPECT_EQ(cut("a\U0001f642!", 5), "a\U0001f642");
  EXPECT_EQ(cut(std::string(9, '\x80'), 5), std::string(5, '\x80')) << "no UTF-8 anyway";
}

TEST(ToldTexts, MayBeNullOrEndAtAnUnmappedPage) {
  FakeProgram program;
  glimpse_log_record record{};
  record.message = {nullptr, 5};
  log(&record);
  const auto payload = program.payload_of(RecordType::kLog);
  EXPECT_EQ(PayloadReader(payload).structure<wire::LogPayload>().message_bytes, 0u);
  EXPECT_EQ(payload.size(), sizeof(wire::LogPayload) / 8);
}

TEST(Contexts, AreToldWhenTheyChangeAndOnlyThen) {
  FakeProgram program;
  span_end(&kSome);  // the ring begins
  program.read();
  glimpse_context previous{};
  attach_context(&kSome, &previous);
  EXPECT_EQ(previous.trace_id_low, 0u);
  span_end(&kSome);
  EXPECT_EQ(program.read(), (Lines{"context 11 12 13", number(RecordType::kSpanEnd)}));
  glimpse_context now{};
  current_context(&now);
  EXPECT_EQ(now.span_id, 13u);
  attach_context(&kSome, nullptr);
  span_end(&kSome);
  EXPECT_EQ(program.read(), (Lines{number(RecordType::kSpanEnd)})) << "the same";
  attach_context(&previous, &now);
  EXPECT_EQ(now.span_id, 13u);
  EXPECT_EQ(program.read(), (Lines{"context 0 0 0"}));
}

TEST(Contexts, OfAHandlersLaneAreToldBeforeItsNextEvent) {
  FakeProgram program;
  program.lane().guard = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) + 4096;  // amid a hook
  attach_context(&kSome, nullptr);
  program.lane().guard = 0;
  EXPECT_EQ(only(program.read(), "context"), Lines{});
  span_end(&kSome);
  EXPECT_EQ(only(program.read(), "context"), (Lines{"context 11 12 13"}));
}

TEST(Contexts, AreToldAgainWhereTheRingWasFull) {
  FakeProgram program(wire::OverflowMode::kDrop, 8192);
  const std::string name(1000, 'n');
  for (int i = 0; i < 200; ++i) span_rename(&kSome, text(name));
  while (push_context_usually(program.lane())) {
  }
  attach_context(&kSome, nullptr);
  EXPECT_EQ(only(program.read(), "context 11"), Lines{});
  span_end(&kSome);
  EXPECT_EQ(only(program.read(), "context 11"), (Lines{"context 11 12 13"}));
}

TEST(Contexts, MayBeAttachedWhileNothingIsRecorded) {
  FakeProgram program;
  glimpse_api_v1.recording = 0;
  attach_context(&kSome, nullptr);
  glimpse_context now{};
  current_context(&now);
  EXPECT_EQ(now.span_id, 13u);
  EXPECT_EQ(program.read(), Lines{});
}

TEST(Contexts, TakenBackByARingThatOverwritesAreInItsGap) {
  FakeProgram program(wire::OverflowMode::kOverwrite, 8192);
  attach_context(&kSome, nullptr);
  for (int i = 0; i < 20'000; ++i) span_end(&kSome);
  collector::RingReader reader(program.runtime().ring(), program.runtime().words(), 8192);
  const collector::RingRecord* record = reader.peek();
  ASSERT_NE(record, nullptr);
  ASSERT_EQ(record->kind, wire::EventKind::kNone);
  EXPECT_EQ(record->gap->context_changed, 1u);
  EXPECT_EQ(record->gap->context.trace_high, 11u);
  EXPECT_EQ(record->gap->context.trace_low, 12u);
  EXPECT_EQ(record->gap->context.span_id, 13u);
  const std::uint64_t taken = record->gap->records;
  std::uint64_t kept = 0;
  reader.advance();
  while (reader.peek() != nullptr) {
    ++kept;
    reader.advance();
  }
  EXPECT_EQ(taken + kept, 20'000u);
}

}  // namespace
}  // namespace glimpse::runtime
