// Whatever goes into a database comes out with the names and values of the JSON lines, and is found by an index.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "sqlite_reading.h"
#include "temporary_folder.h"
#include "writers/jsonl.h"
#include "writers/sqlite/destination.h"
#include "writers/sqlite/schema.h"
#include "writers/trace_ids.h"

namespace glimpse::writers {
namespace {

constexpr std::int64_t kNoon = 1'772'366'400'000'000'000;  // 2026-03-01T12:00:00Z
constexpr std::uint64_t kSeed = 0x1234'5678'9abc'def0;

class Sqlite : public testing::Test {
 protected:
  std::unique_ptr<SqliteDestination> opened(const std::string& queue = "queue-1") {
    auto database = std::make_unique<SqliteDestination>(path_);
    const auto position = database->open(queue, 0);
    EXPECT_TRUE(position) << position.error().message;
    return database;
  }

  static void commit(SqliteDestination& database, std::uint64_t position) {
    const Commit done = database.commit(position);
    EXPECT_EQ(done.outcome, Commit::Outcome::kDone) << done.problem;
  }

  Process process(std::uint32_t pid = 7) const {
    Process record;
    record.entry_id = 1;
    record.timestamp_ns = kNoon;
    record.pid = pid;
    record.ppid = 6;
    record.command = {"./app", "--name", "it's \"quoted\""};
    record.executable = "/opt/app";
    record.cwd = "/home";
    record.host = "box";
    record.glimpse_version = "0.1.0";
    record.clock = "tsc";
    record.policy = "built-in";
    record.trace_seed = kSeed;
    return record;
  }
  Call start(std::uint64_t call_id = 1) const {
    return {.stage = Stage::kStart,
            .entry_id = 2 * call_id,
            .call_id = call_id,
            .root_call_id = call_id,
            .function = &function_,
            .timestamp_ns = kNoon + static_cast<std::int64_t>(call_id) * 1000,
            .pid = 7,
            .tid = 8};
  }
  Call end(std::uint64_t call_id = 1, std::uint64_t duration_ns = 1234) const {
    Call record = start(call_id);
    record.stage = Stage::kEnd;
    record.entry_id += 1;
    record.duration_ns = duration_ns;
    record.timestamp_ns += static_cast<std::int64_t>(duration_ns);
    return record;
  }

  std::string plan_of(const std::string& sql) {
    return output_of("sqlite3 '" + path_ + "' \"EXPLAIN QUERY PLAN " + sql + "\" 2>&1");
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.file("glimpse.db");
  Function function_{.index = 0, .name = "app::db::query(int)", .module = "app::db", .file = "src/db.cpp", .line = 12};
  Function other_{.index = 1, .name = "app::run()", .module = "app"};
};

TEST_F(Sqlite, ACallIsOneRowOfTheViewWithTheNamesOfTheLines) {
  auto database = opened();
  database->process(process());
  Call call = start(5);
  call.captured = "id=1, text=\"a'b\"";
  database->call(call);
  call = end(5);
  call.captured = "true";
  database->call(call);
  commit(*database, 10);
  const auto rows = rows_of(path_, "SELECT * FROM call");
  ASSERT_EQ(rows.size(), 1);
  const auto& row = rows[0];
  EXPECT_EQ(row["entry_id"], 10);
  EXPECT_EQ(row["end_entry_id"], 11);
  EXPECT_EQ(row["call_id"], 5);
  EXPECT_TRUE(row["parent_call_id"].is_null());
  EXPECT_EQ(row["level"], "INFO");
  EXPECT_EQ(row["function"], "app::db::query(int)");
  EXPECT_EQ(row["module"], "app::db");
  EXPECT_EQ(row["timestamp"], "2026-03-01T12:00:00.000005000Z");
  EXPECT_EQ(row["timestamp_ns"], kNoon + 5000);
  EXPECT_EQ(row["pid"], 7);
  EXPECT_EQ(row["tid"], 8);
  EXPECT_EQ(row["depth"], 0);
  EXPECT_EQ(row["file"], "src/db.cpp");
  EXPECT_EQ(row["line"], 12);
  EXPECT_EQ(row["args"], "id=1, text=\"a'b\"");
  EXPECT_EQ(row["result"], "true");
  EXPECT_EQ(row["duration_ms"], 0.001234);
  EXPECT_EQ(row["duration_ns"], 1234);
  EXPECT_EQ(row["status"], "success");
  EXPECT_EQ(row["session_id"], 1);
  const TraceId trace = trace_id(kSeed, 7, 5);
  char ids[64];
  snprintf(ids, sizeof ids, "%016lx%016lx", trace.high, trace.low);
  EXPECT_EQ(row["trace_id"], ids);
  snprintf(ids, sizeof ids, "%016lx", span_id(kSeed, 7, 5));
  EXPECT_EQ(row["span_id"], ids);
  EXPECT_EQ(rows_of(path_, "SELECT stage FROM log_entry ORDER BY entry_id"),
            nlohmann::ordered_json::parse(R"([{"stage": "START"}, {"stage": "END"}])"));
}

TEST_F(Sqlite, ARecordForAWholeCallIsACallAndNoLogEntry) {
  auto database = opened();
  database->process(process());
  const Exception thrown{.type = "std::out_of_range", .what = "", .has_what = true};
  Call call = start(1);
  call.stage = Stage::kCall;
  call.duration_ns = 5'000'000;
  call.captured = "n=1";
  call.result = "2";
  database->call(call);
  call = start(2);
  call.stage = Stage::kCall;
  call.level = Level::kError;
  call.failed = true;
  call.exception = &thrown;
  database->call(call);
  call = start(3);
  call.stage = Stage::kCall;
  call.failed = true;
  database->call(call);
  commit(*database, 10);
  const auto rows = rows_of(path_, "SELECT * FROM call ORDER BY call_id");
  ASSERT_EQ(rows.size(), 3);
  EXPECT_EQ(rows[0]["status"], "success");
  EXPECT_EQ(rows[0]["args"], "n=1");
  EXPECT_EQ(rows[0]["result"], "2");
  EXPECT_EQ(rows[0]["duration_ms"], 5);
  EXPECT_EQ(rows[0]["timestamp_ns"], kNoon + 1000);
  EXPECT_EQ(rows[1]["status"], "error");
  EXPECT_EQ(rows[1]["level"], "ERROR");
  EXPECT_EQ(rows[1]["error_type"], "std::out_of_range");
  EXPECT_EQ(rows[1]["exception"], "");
  EXPECT_EQ(rows[2]["status"], "error");
  EXPECT_TRUE(rows[2]["error_type"].is_null());
  EXPECT_EQ(value_of(path_, "SELECT count(*) FROM log_entry"), 0);
  EXPECT_EQ(value_of(path_, "SELECT errors FROM errors_by_function"), 2);
  EXPECT_EQ(value_of(path_, "SELECT calls FROM calls_by_function"), 3);
}

TEST_F(Sqlite, AnEndFindsItsStartInAnEarlierTransactionAndAnEarlierLife) {
  for (const bool reopened : {false, true}) {
    const std::string queue = reopened ? "b" : "a";
    auto database = opened(queue);
    database->process(process());
    database->call(start(1));
    database->call(start(2));
    commit(*database, 1);
    EXPECT_EQ(value_of(path_, "SELECT count(*) FROM open_calls"), 2);
    auto later = reopened ? opened(queue) : std::move(database);
    later->call(end(2, 10));
    Call call = end(1, 2000);
    const Exception thrown{.type = "E", .what = "w", .has_what = true, .stack_trace = "f\ng", .fingerprint = "0a"};
    call.stage = Stage::kException;
    call.level = Level::kError;
    call.exception = &thrown;
    call.timestamp_ns += 7;  // later than begin and duration say
    later->call(call);
    commit(*later, 2);
    EXPECT_EQ(value_of(path_, "SELECT count(*) FROM open_calls"), 0);
    const auto rows = rows_of(path_, "SELECT * FROM log_entry WHERE stage = 'EXCEPTION' AND session_id = " +
                                         std::string(reopened ? "2" : "1"));
    ASSERT_EQ(rows.size(), 1);
    EXPECT_EQ(rows[0]["timestamp_ns"], call.timestamp_ns);
    EXPECT_EQ(rows[0]["level"], "ERROR");
    EXPECT_EQ(rows[0]["exception"], "w");
    EXPECT_EQ(rows[0]["stack_trace"], "f\ng");
    EXPECT_EQ(rows[0]["fingerprint"], "0a");
    EXPECT_EQ(value_of(path_, "SELECT count(*) FROM call WHERE status = 'error' AND trace_id IS NOT NULL"),
              reopened ? 2 : 1);
    EXPECT_EQ(value_of(path_, "SELECT count(*) FROM process"), reopened ? 2 : 1);
    EXPECT_EQ(value_of(path_, "SELECT count(*) FROM function_row"), 1);
  }
}

TEST_F(Sqlite, AnEndWithoutAStartIsKept) {
  auto database = opened();
  database->process(process());
  database->call(end(9, 500));
  commit(*database, 1);
  EXPECT_EQ(rows_of(path_, "SELECT stage, entry_id FROM log_entry").dump(), R"([{"stage":"END","entry_id":19}])");
  EXPECT_EQ(value_of(path_, "SELECT timestamp_ns FROM call"), kNoon + 9000);
}

TEST_F(Sqlite, ProcessesOfOneNumberAreToldApart) {
  auto database = opened();
  for (int image = 0; image < 3; ++image) {
    database->process(process());
    database->call(start(1));
    if (image != 1) commit(*database, static_cast<std::uint64_t>(image) + 1);
    database->call(end(1));
  }
  commit(*database, 9);
  auto second = opened("queue-2");
  second->process(process());
  second->call(start(1));
  second->call(end(1));
  commit(*second, 9);
  EXPECT_EQ(value_of(path_, "SELECT count(*) FROM call WHERE pid = 7 AND call_id = 1 AND status = 'success'"), 4);
  EXPECT_EQ(value_of(path_, "SELECT count(DISTINCT process_id) FROM call"), 4);
  EXPECT_EQ(value_of(path_, "SELECT count(DISTINCT session_id) FROM call"), 2);
}

TEST_F(Sqlite, RecordsWithoutAProcessRecordAreKept) {
  auto database = opened();
  database->call(start(1));
  database->call(end(1));
  database->thread({.entry_id = 5, .timestamp_ns = kNoon, .pid = 9, .tid = 9, .name = "bad \xff name"});
  commit(*database, 1);
  EXPECT_EQ(value_of(path_, "SELECT count(*) FROM call WHERE pid = 7 AND trace_id IS NULL AND span_id IS NULL"), 1);
  EXPECT_EQ(value_of(path_, "SELECT thread FROM thread WHERE pid = 9"), "bad \uFFFD name");
  EXPECT_EQ(value_of(path_, "SELECT count(*) FROM process"), 0);
}

// Records as programs make them, and odd ones, into a database and into lines.
TEST_F(Sqlite, HoldsWhatTheLinesHold) {
  std::mt19937_64 random(3);
  const auto below = [&random](std::uint64_t limit) { return random() % limit; };
  const auto any_text = [&] {
    std::string text;
    for (std::uint64_t size = below(20); size > 0; --size) text += static_cast<char>(1 + below(255));
    return text;
  };
  std::deque<Function> functions;
  for (std::uint32_t i = 0; i < 200; ++i) {
    functions.push_back({i * 2, "app::f" + std::to_string(i) + (i % 7 == 0 ? any_text() : "(int)"),
                         i % 5 == 0 ? "" : "app", i % 3 == 0 ? "src/a.cpp" : "", i % 3 == 0 ? i : 0});
  }
  auto lines_file = OutputFile::open(folder_.file("lines.jsonl"), OutputFile::Mode::kTruncate);
  ASSERT_TRUE(lines_file);
  JsonlWriter lines(std::move(*lines_file));
  auto database = std::make_unique<SqliteDestination>(path_);
  ASSERT_TRUE(database->open("chaos", 0));
  std::uint64_t position = 0;
  std::uint64_t entry_id = 0;
  std::int64_t now = kNoon;
  std::map<std::uint32_t, std::vector<Call>> stacks;
  std::map<std::uint32_t, std::uint64_t> call_ids;
  const auto give = [&](auto&& record, auto member_of_lines, auto member_of_database) {
    record.entry_id = ++entry_id;
    record.timestamp_ns = now += static_cast<std::int64_t>(below(5000));
    (lines.*member_of_lines)(record);
    ((*database).*member_of_database)(record);
  };
  for (std::uint32_t pid = 10; pid < 13; ++pid) {
    Process record = process(pid);
    record.cwd = any_text();
    if (pid == 11) record.service = "shop", record.environment = "staging", record.policy_name = "p";
    give(record, &JsonlWriter::process, &SqliteDestination::process);
  }
  for (int i = 0; i < 30'000; ++i) {
    const auto tid = static_cast<std::uint32_t>(10 + below(6));
    const std::uint32_t pid = 10 + tid % 3;
    std::vector<Call>& stack = stacks[tid];
    const Exception thrown{
        .type = "std::runtime_error", .what = "what \xe4", .has_what = true, .stack_trace = "a\nb", .fingerprint = "1"};
    const Exception foreign{};
    const std::string captured = below(10) == 0 ? any_text() : "";
    Call call{.pid = pid, .tid = tid};
    if (below(1000) == 0) {
      const std::string name = any_text();
      give(Thread{.pid = pid, .tid = tid, .name = name}, &JsonlWriter::thread, &SqliteDestination::thread);
      give(
          Notice{.pid = pid, .tid = below(2) == 0 ? tid : 0, .reason = "dropped", .message = name, .dropped = below(3)},
          &JsonlWriter::notice, &SqliteDestination::notice);
    }
    if (stack.empty() || (stack.size() < 30 && below(2) == 0)) {
      call.function = &functions[below(functions.size())];
      call.call_id = ++call_ids[pid];
      call.parent_call_id = stack.empty() ? 0 : stack.back().call_id;
      call.root_call_id = stack.empty() ? call.call_id : stack.front().call_id;
      call.depth = static_cast<std::uint32_t>(stack.size());
      call.captured = captured;
      call.level = static_cast<Level>(below(5));
      give(call, &JsonlWriter::call, &SqliteDestination::call);
      call.captured = {};
      stack.push_back(call);
    } else {
      const std::int64_t begun = stack.back().timestamp_ns;
      call = stack.back();
      stack.pop_back();
      call.stage = below(5) == 0 ? Stage::kException : Stage::kEnd;
      if (call.stage == Stage::kException) {
        call.level = Level::kError;
        call.exception = below(3) == 0 ? nullptr : below(2) == 0 ? &thrown : &foreign;
      } else {
        call.captured = captured;
      }
      call.duration_ns = below(10) == 0 ? below(1'000'000) : static_cast<std::uint64_t>(now - begun);
      give(call, &JsonlWriter::call, &SqliteDestination::call);
    }
    if (below(3000) == 0) commit(*database, ++position);
    if (below(10'000) == 0) {
      commit(*database, ++position);
      database = std::make_unique<SqliteDestination>(path_);
      const auto found = database->open("chaos", 0);
      ASSERT_TRUE(found);
      EXPECT_EQ(*found, position);
    }
  }
  Summary summary{.pid = 10, .calls = 3, .records = 4, .threads = 1, .dropped = {{"ring_full", 12}}, .open_calls = 1};
  summary.open = {{.tid = 8, .call_id = 1, .function = &functions[0]}};
  summary.signal = 9;
  give(summary, &JsonlWriter::summary, &SqliteDestination::summary);
  give(Summary{.pid = 11, .patched = {{"calls", 3}}, .exit_status = 0}, &JsonlWriter::summary,
       &SqliteDestination::summary);
  commit(*database, ++position);
  ASSERT_TRUE(lines.flush());
  const std::string judge = GLIMPSE_TEST_DATA "/same_records.py";
  EXPECT_EQ(output_of("python3 -B '" + judge + "' '" + path_ + "' '" + folder_.file("lines.jsonl") + "' 2>&1"),
            std::to_string(entry_id) + " records are the same\n");
  EXPECT_EQ(value_of(path_,
                     "SELECT sum(calls) = (SELECT count(*) FROM call WHERE status IS NOT NULL) FROM calls_by_function"),
            1);
  EXPECT_EQ(
      value_of(
          path_,
          "SELECT sum(errors) = (SELECT count(*) FROM log_entry WHERE stage = 'EXCEPTION') FROM errors_by_function"),
      1);
  EXPECT_EQ(database->counts().dropped, 0);
}

TEST_F(Sqlite, TheSlowestCallsComeFirstAndExactly) {
  for (std::uint64_t duration = 1; duration < 100'000; ++duration) {
    ASSERT_LE(sqlite::slowness(duration - 1), sqlite::slowness(duration));
    ASSERT_LE(sqlite::slowness(duration), sqlite::slowness(duration - 1) + 1);
  }
  EXPECT_LT(sqlite::slowness(~std::uint64_t{0}), 1024);
  auto database = opened();
  database->process(process());
  std::mt19937_64 random(5);
  for (std::uint64_t call = 1; call <= 3000; ++call) {
    database->call(start(call));
    if (call % 100 != 0) database->call(end(call, random() >> 20 >> random() % 44));
    if (call % 1000 == 500) commit(*database, call);
  }
  commit(*database, 5000);
  EXPECT_EQ(rows_of(path_, "SELECT id FROM slowest_calls LIMIT 100"),
            rows_of(path_, "SELECT id FROM call ORDER BY duration_ms DESC LIMIT 100"));
  EXPECT_EQ(rows_of(path_, "SELECT id FROM slow_calls WHERE duration_ms > 2 ORDER BY duration_ms"),
            rows_of(path_, "SELECT id FROM call WHERE duration_ns > 2000000 ORDER BY duration_ns"));
  EXPECT_EQ(value_of(path_, "SELECT count(*) FROM open_calls"), 30);
  EXPECT_EQ(value_of(path_, "SELECT count(*) FROM slowest_calls"), 2970);
}

TEST_F(Sqlite, QuestionsAreAnsweredByIndexes) {
  auto database = opened();
  database->process(process());
  database->call(start(1));
  database->call(end(1));
  commit(*database, 1);
  const auto expect = [this](const std::string& sql, const std::string& index, bool sorted = true) {
    const std::string plan = plan_of(sql);
    EXPECT_NE(plan.find(index), std::string::npos) << sql << "\n" << plan;
    EXPECT_EQ(plan.find("SCAN c\n"), std::string::npos) << sql << "\n" << plan;
    EXPECT_EQ(plan.find("MATERIALIZE"), std::string::npos) << sql << "\n" << plan;
    EXPECT_EQ(plan.find("AUTOMATIC"), std::string::npos) << sql << "\n" << plan;
    if (sorted) {
      EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << sql << "\n" << plan;
    }
  };
  // Sorted within a step only, which ends with the limit.
  expect("SELECT * FROM slowest_calls LIMIT 10", "INDEX call_by_slowness", false);
  EXPECT_NE(plan_of("SELECT * FROM slowest_calls LIMIT 10").find("USE TEMP B-TREE FOR RIGHT PART OF ORDER BY"),
            std::string::npos);
  expect("SELECT * FROM slow_calls WHERE duration_ms > 100 ORDER BY duration_ms DESC", "INDEX call_by_duration");
  expect("SELECT * FROM slow_calls ORDER BY duration_ms DESC LIMIT 10", "INDEX call_by_duration");
  expect("SELECT * FROM open_calls", "INDEX call_by_slowness");
  expect("SELECT * FROM call WHERE trace_id = 'x' ORDER BY call_id", "INDEX trace_by_id", false);
  expect("SELECT * FROM call WHERE trace_id = 'x'", "INDEX call_by_trace");
  expect("SELECT * FROM log_entry WHERE trace_id = 'x' ORDER BY entry_id", "INDEX call_by_trace", false);
  expect("SELECT * FROM trace WHERE trace_id = 'x'", "INDEX trace_by_id", false);  // sorts the spans of a trace
  expect("SELECT * FROM call WHERE id = 5", "INTEGER PRIMARY KEY");
  EXPECT_NE(plan_of("SELECT * FROM errors_by_function").find("COVERING INDEX exception_by_function"), std::string::npos)
      << plan_of("SELECT * FROM errors_by_function");
  EXPECT_NE(plan_of("SELECT * FROM failed_calls").find("SEARCH c USING INTEGER PRIMARY KEY"), std::string::npos)
      << plan_of("SELECT * FROM failed_calls");
}

TEST_F(Sqlite, APositionIsNotedWithTheRecordsAndOldQueuesAreForgotten) {
  {
    auto database = opened("one");
    database->process(process());
    commit(*database, 77);
    commit(*database, 78);
  }
  SqliteDestination again(path_);
  EXPECT_EQ(*again.open("one", 3), 78);
  EXPECT_EQ(*again.open("one", 90), 90);
  EXPECT_EQ(*again.open("two", 5), 5);
  commit(again, 6);
  EXPECT_EQ(value_of(path_, "SELECT count(queue) FROM session_row"), 2);
  output_of("sqlite3 '" + path_ + "' 'UPDATE session_row SET written_ns = written_ns - 31 * 86400 * 1000000000'");
  EXPECT_EQ(*again.open("three", 0), 0);
  commit(again, 1);
  EXPECT_EQ(value_of(path_, "SELECT group_concat(queue) FROM session_row"), "three");
  EXPECT_EQ(value_of(path_, "SELECT count(*) FROM process"), 1);
}

TEST_F(Sqlite, ADeletedSessionTakesItsRecordsAlong) {
  for (const char* queue : {"one", "two"}) {
    auto database = opened(queue);
    database->process(process());
    const Exception thrown{.type = "E"};
    database->call(start(1));
    Call call = end(1);
    call.stage = Stage::kException;
    call.exception = &thrown;
    database->call(call);
    database->thread({.entry_id = 5, .timestamp_ns = kNoon, .pid = 7, .tid = 9, .name = "t"});
    database->notice({.entry_id = 6, .timestamp_ns = kNoon, .pid = 7, .reason = "r", .message = "m"});
    database->summary({.entry_id = 7, .timestamp_ns = kNoon, .pid = 7});
    database->span({.entry_id = 8, .span_id = 2, .timestamp_ns = kNoon, .pid = 7});
    database->log({.entry_id = 9, .timestamp_ns = kNoon, .pid = 7});
    commit(*database, 1);
  }
  const char* const kTables[] = {"session_row", "process_row", "call_row",    "exception_row",  "span_row",
                                 "thread_row",  "notice_row",  "summary_row", "function_total", "log_row"};
  for (const char* table : kTables)
    EXPECT_EQ(value_of(path_, std::string("SELECT count(*) FROM ") + table), 2) << table;
  output_of("sqlite3 '" + path_ + "' 'DELETE FROM session WHERE session_id = 1'");
  for (const char* table : kTables)
    EXPECT_EQ(value_of(path_, std::string("SELECT count(*) FROM ") + table), 1) << table;
  output_of("sqlite3 '" + path_ + "' 'DELETE FROM process'");
  for (const char* table : {"call", "span", "log", "trace"}) {
    EXPECT_EQ(value_of(path_, std::string("SELECT count(*) FROM ") + table), 0) << table;
  }
}

TEST_F(Sqlite, WhatThePageAsksIsAnswered) {
  auto database = opened();
  database->process(process());
  const Exception thrown{.type = "E", .what = "w", .has_what = true, .fingerprint = "0a"};
  for (std::uint64_t call = 1; call < 4; ++call) database->call(start(call));
  database->call(end(1, 200'000'000));
  Call failed = end(2);
  failed.stage = Stage::kException;
  failed.exception = &thrown;
  database->call(failed);
  database->summary({.entry_id = 9, .timestamp_ns = kNoon, .pid = 7, .dropped = {{"ring_full", 1}}});
  Call in_span = start(4);
  in_span.trace = {1, 2};
  in_span.active_span_id = 4;
  database->call(in_span);
  Span span{.entry_id = 20, .trace = {1, 2}, .span_id = 3, .name = "checkout", .timestamp_ns = kNoon, .pid = 7};
  span.status = SpanStatus::kError;
  span.attributes = {{.key = "http.route", .text = "/cart"}};
  span.events = {{kNoon, "retry", {}}};
  database->span(span);
  span.entry_id = 21;
  span.parent_span_id = 3;
  span.span_id = 4;
  database->span(span);
  Log log{.entry_id = 22, .level = Level::kError, .trace = {1, 2}, .span_id = 4, .timestamp_ns = kNoon, .pid = 7};
  log.message = "no cart";
  log.fields = {{.key = "user", .text = "jane"}};
  database->log(log);
  commit(*database, 1);
  const std::string data = GLIMPSE_TEST_DATA;
  EXPECT_NE(output_of("python3 -B '" + data + "/documented_queries.py' '" + data + "/../../../docs/sqlite.md' '" +
                      path_ + "' 2>&1")
                .find(" blocks"),
            std::string::npos);
}

TEST_F(Sqlite, TheFilesAreTheOwnersAlone) {
  auto database = opened();
  database->process(process());
  commit(*database, 1);
  for (const char* end : {"", "-wal", "-shm"}) {
    struct stat status{};
    ASSERT_EQ(stat((path_ + end).c_str(), &status), 0) << end;
    EXPECT_EQ(status.st_mode & 0777, 0600u) << end;
  }
}

}  // namespace
}  // namespace glimpse::writers
