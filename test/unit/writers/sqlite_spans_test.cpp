// Spans and logs in databases, and the calls in spans; and what becomes of databases of version 1.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>

#include "sqlite_reading.h"
#include "temporary_folder.h"
#include "writers/hex_text.h"
#include "writers/line_buffer.h"
#include "writers/record_text.h"
#include "writers/sqlite/destination.h"
#include "writers/trace_ids.h"

namespace glimpse::writers {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kNoon = 1'772'366'400'000'000'000;  // 2026-03-01T12:00:00Z
constexpr std::uint64_t kSeed = 9;
constexpr TraceId kTrace{0x0af7651916cd43dd, 0x8448eb211c80319c};
constexpr const char* kTraceText = "0af7651916cd43dd8448eb211c80319c";

class SqliteSpans : public testing::Test {
 protected:
  std::unique_ptr<SqliteDestination> opened(std::uint32_t pid = 7) {
    auto database = std::make_unique<SqliteDestination>(path_);
    const auto position = database->open("queue", 0);
    EXPECT_TRUE(position) << position.error().message;
    Process process{.entry_id = 1, .timestamp_ns = kNoon, .pid = pid, .trace_seed = kSeed};
    database->process(process);
    return database;
  }

  static void commit(SqliteDestination& database, std::uint64_t position = 1) {
    const Commit done = database.commit(position);
    EXPECT_EQ(done.outcome, Commit::Outcome::kDone) << done.problem;
  }

  Call call(std::uint64_t call_id, Stage stage, std::uint64_t span = 0) const {
    Call record{.stage = stage,
                .entry_id = 2 * call_id + (stage == Stage::kEnd ? 1 : 0),
                .call_id = call_id,
                .parent_call_id = call_id - 1,
                .root_call_id = 1,
                .function = &function_,
                .timestamp_ns = kNoon + static_cast<std::int64_t>(call_id),
                .pid = 7,
                .tid = 8,
                .duration_ns = stage == Stage::kStart ? 0U : 50U};
    if (span != 0) record.trace = kTrace;
    record.active_span_id = span;
    return record;
  }

  template <typename Record>
  static Json line_of(const Record& record) {
    LineBuffer line(1024);
    append_line(line, FieldSet(), record);
    return Json::parse(line.text());
  }

  // The row without what views have beyond the keys of lines, and with objects and arrays for JSON text.
  Json row_of(const std::string& view, std::uint64_t entry_id) {
    const auto rows = rows_of(path_, "SELECT * FROM " + view + " WHERE entry_id = " + std::to_string(entry_id));
    EXPECT_EQ(rows.size(), 1U);
    Json record = Json::object();
    for (const auto& [key, value] : rows.at(0).items()) {
      if (key == "timestamp_ns" || key == "duration_ns" || key == "session_id" || key == "process_id") continue;
      if (value.is_null() && !(key == "parent_span_id" && view == "span")) continue;
      const bool is_json = key == "attributes" || key == "events" || key == "links" || key == "tags";
      record[key] = is_json ? Json::parse(value.get<std::string>()) : value;
      if (key == "remote_parent" || key == "open") record[key] = value == 1;
    }
    return record;
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.file("glimpse.db");
  Function function_{.index = 0, .name = "app::cart()", .module = "app"};
};

TEST_F(SqliteSpans, ASpanHasTheKeysAndValuesOfItsLine) {
  auto database = opened();
  Span span{.entry_id = 4,
            .trace = kTrace,
            .span_id = 0x00f067aa0ba902b7,
            .parent_span_id = 0xb7ad6b7169203331,
            .remote_parent = true,
            .parent_call_id = 17,
            .name = "GET /cart \"x\" '",
            .kind = SpanKind::kClient,
            .status = SpanStatus::kError,
            .status_message = "no \xff cart",
            .tracestate = "a=b",
            .timestamp_ns = kNoon,
            .duration_ns = 1'500'000,
            .open = true,
            .pid = 7,
            .tid = 8};
  span.attributes = {{.key = "k", .text = "v\"'"}, {.type = Field::Type::kDouble, .key = "d", .real = HUGE_VAL}};
  span.events = {{kNoon, "e", {}}};
  span.links = {{{1, 2}, 3, {}}};
  database->span(span);
  const Span plain{.entry_id = 5, .trace = kTrace, .span_id = 6, .timestamp_ns = kNoon, .pid = 7, .tid = 8};
  database->span(plain);
  commit(*database);
  EXPECT_EQ(row_of("span", 4), line_of(span));
  EXPECT_EQ(row_of("span", 5), line_of(plain));
}

TEST_F(SqliteSpans, ALogHasTheKeysAndValuesOfItsLine) {
  auto database = opened();
  const Exception thrown{.type = "E", .what = "", .has_what = true, .stack_trace = "f", .fingerprint = "0a"};
  Log log{.entry_id = 4,
          .level = Level::kFatal,
          .trace = kTrace,
          .span_id = 3,
          .call_id = 17,
          .timestamp_ns = kNoon,
          .pid = 7,
          .tid = 8,
          .title = "t",
          .message = "m'\"",
          .file = "a.cpp",
          .line = 12,
          .tags = {"x", "y"},
          .ttl_seconds = 60,
          .fields = {{.key = "user", .text = "jane"}},
          .exception = &thrown};
  database->log(log);
  const Log plain{.entry_id = 5, .timestamp_ns = kNoon, .pid = 7, .tid = 8, .stack_trace = "main"};
  database->log(plain);
  commit(*database);
  EXPECT_EQ(row_of("log", 4), line_of(log));
  EXPECT_EQ(row_of("log", 5), line_of(plain));
  const std::string plan =
      output_of("sqlite3 '" + path_ +
                "' \"EXPLAIN QUERY PLAN SELECT * FROM log WHERE trace_id = 'x'; EXPLAIN QUERY PLAN "
                "SELECT * FROM log WHERE level = 'ERROR'; EXPLAIN QUERY PLAN SELECT * FROM span "
                "WHERE trace_id = 'x'\"");
  for (const char* index : {"log_by_trace", "log_by_level", "span_by_trace"}) {
    EXPECT_NE(plan.find(index), std::string::npos) << index << "\n" << plan;
  }
}

TEST_F(SqliteSpans, CallsInASpanHaveItsIdsAlsoWhereTheyEndLater) {
  auto database = opened();
  database->call(call(1, Stage::kStart));
  database->call(call(2, Stage::kStart, 0xab));
  database->call(call(3, Stage::kStart, 0xcd));
  database->call(call(3, Stage::kEnd, 0xcd));
  commit(*database);
  database = std::make_unique<SqliteDestination>(path_);
  ASSERT_TRUE(database->open("queue", 0));
  database->call(call(2, Stage::kEnd, 0xab));
  database->call(call(4, Stage::kEnd, 0xab));  // its START was lost
  database->span(
      {.entry_id = 90, .trace = kTrace, .span_id = 0xab, .name = "checkout", .timestamp_ns = kNoon, .pid = 7});
  commit(*database, 2);
  const TraceId own = trace_id(kSeed, 7, 1);
  const auto rows = rows_of(path_, "SELECT call_id, trace_id, span_id FROM call ORDER BY call_id");
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0]["trace_id"], hex_text(own));
  EXPECT_EQ(rows[0]["span_id"], hex_text(span_id(kSeed, 7, 1)));
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(rows[i]["trace_id"], kTraceText) << i;
  EXPECT_EQ(rows[1]["span_id"], "00000000000000ab");
  EXPECT_EQ(rows[2]["span_id"], "00000000000000cd");
  EXPECT_EQ(value_of(path_, std::string("SELECT count(*) FROM log_entry WHERE trace_id = '") + kTraceText + "'"), 5);
  const auto traces = rows_of(path_, std::string("SELECT * FROM trace WHERE trace_id = '") + kTraceText + "'");
  ASSERT_EQ(traces.size(), 1U) << "one for the process, in whatever life it was begun";
  EXPECT_EQ(traces[0]["calls"], 3);
  EXPECT_EQ(traces[0]["spans"], 1);
  EXPECT_EQ(traces[0]["span"], "checkout");
  EXPECT_EQ(traces[0]["pid"], 7);
}

TEST_F(SqliteSpans, ADatabaseOfVersion1IsUpgradedInPlace) {
  output_of("sqlite3 '" + path_ + "' < '" GLIMPSE_TEST_DATA "/schema_1.sql'");
  output_of("sqlite3 '" + path_ +
            "' \"PRAGMA journal_mode = WAL; INSERT INTO process_row (id, session_id, pid) VALUES (1, 1, 7)\"");
  ASSERT_EQ(value_of(path_, "PRAGMA user_version"), 1);
  auto database = opened();
  database->span({.entry_id = 4, .trace = kTrace, .span_id = 3, .name = "s", .timestamp_ns = kNoon, .pid = 7});
  commit(*database);
  EXPECT_EQ(value_of(path_, "PRAGMA user_version"), 2);
  EXPECT_EQ(value_of(path_, "SELECT name FROM span"), "s");
  EXPECT_EQ(value_of(path_, "SELECT count(*) FROM process_row"), 2) << "what was there stays";
  EXPECT_EQ(value_of(path_, "SELECT spans FROM trace"), 1);

  const std::string fresh = folder_.file("fresh.db");
  SqliteDestination other(fresh);
  ASSERT_TRUE(other.open("queue", 0));
  const std::string everything = "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name";
  EXPECT_EQ(rows_of(path_, everything), rows_of(fresh, everything)) << "no different from a new one";
}

}  // namespace
}  // namespace glimpse::writers
