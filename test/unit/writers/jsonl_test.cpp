#include "writers/jsonl.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "temporary_folder.h"

namespace glimpse::writers {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kNoon = 1'772'366'400'000'000'000;  // 2026-03-01T12:00:00Z

// A JsonlWriter on a file of its own.
class Jsonl : public testing::Test {
 protected:
  JsonlWriter writer(const std::string& fields = "") {
    return JsonlWriter(std::move(*OutputFile::open(path_, OutputFile::Mode::kTruncate)), *FieldSet::parse(fields));
  }

  // What `record` looks like on its line.
  std::string line_of(const Call& record, const std::string& fields = "") {
    JsonlWriter jsonl = writer(fields);
    jsonl.call(record);
    EXPECT_TRUE(jsonl.flush().ok());
    return content_of(path_);
  }

  Call start() const {
    return {.stage = Stage::kStart,
            .entry_id = 3,
            .call_id = 2,
            .parent_call_id = 1,
            .function = &function_,
            .timestamp_ns = kNoon + 123'456'789,
            .pid = 7,
            .tid = 8,
            .depth = 1};
  }
  Call end() const {
    Call record = start();
    record.stage = Stage::kEnd;
    record.duration_ns = 1'234;
    return record;
  }
  Call exception(const Exception& thrown) const {
    Call record = end();
    record.stage = Stage::kException;
    record.level = Level::kError;
    record.exception = &thrown;
    return record;
  }

  Call whole() const {
    Call record = end();
    record.stage = Stage::kCall;
    return record;
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.file("trace.jsonl");
  Function function_{.index = 5, .name = "app::db::query(int)", .module = "app::db", .file = "src/db.cpp", .line = 12};
};

TEST_F(Jsonl, ArgumentsStandInStartsAndResultsInEndsBeforeTheDuration) {
  Call call = start();
  call.captured = "text=\"a\\n\", n=1";
  EXPECT_NE(line_of(call).find(R"(,"line":12,"args":"text=\"a\\n\", n=1"})"), std::string::npos) << line_of(call);
  call = end();
  call.captured = "-1";
  EXPECT_NE(line_of(call).find(R"(,"depth":1,"result":"-1","duration_ms":0.001234})"), std::string::npos);
  EXPECT_EQ(line_of(call, "result"), "{\"result\":\"-1\"}\n");
  EXPECT_EQ(line_of(call, "args"), "");
  call.stage = Stage::kException;
  EXPECT_EQ(line_of(call, "args,result"), "");
}

TEST_F(Jsonl, AWholeCallIsOneLineWithItsPlaceTimeAndStatus) {
  Call call = whole();
  EXPECT_EQ(line_of(call),
            R"j({"record_type":"call","entry_id":3,"call_id":2,"parent_call_id":1,"level":"INFO",)j"
            R"j("function":"app::db::query(int)","module":"app::db","timestamp":"2026-03-01T12:00:00.123456789Z",)j"
            R"j("pid":7,"tid":8,"depth":1,"file":"src/db.cpp","line":12,"duration_ms":0.001234,"status":"success"})j"
            "\n");
  call.captured = "n=1";
  call.result = "\"two\"";
  EXPECT_NE(line_of(call).find(R"j("line":12,"args":"n=1","result":"\"two\"","duration_ms":)j"), std::string::npos);
  call.captured = {};
  EXPECT_NE(line_of(call).find(R"j("line":12,"result":"\"two\"","duration_ms":)j"), std::string::npos);
}

TEST_F(Jsonl, AWholeCallThatFailedSaysWhatItKnowsOfTheError) {
  Call call = whole();
  call.failed = true;
  call.level = Level::kError;
  EXPECT_TRUE(line_of(call).ends_with(R"j("duration_ms":0.001234,"status":"error"})j"
                                      "\n"));
  const Exception thrown{"app::Error", "no", true, "f()\nmain", "0011"};
  call.exception = &thrown;
  EXPECT_TRUE(line_of(call).ends_with(R"j("status":"error","error_type":"app::Error","exception":"no",)j"
                                      R"j("stack_trace":"f()\nmain","fingerprint":"0011"})j"
                                      "\n"));
  const Exception unknown{};
  call.exception = &unknown;
  EXPECT_TRUE(line_of(call).ends_with("\"status\":\"error\"}\n"));
  call.failed = false;
  call.exception = nullptr;
  EXPECT_EQ(line_of(call, "status,error_type,exception"), "{\"status\":\"success\"}\n");
}

TEST_F(Jsonl, KeysOfWholeCallsCanBeChosen) {
  Call call = whole();
  call.failed = true;
  const Exception thrown{"app::Error", "no", true, "", ""};
  call.exception = &thrown;
  EXPECT_EQ(line_of(call, "record_type,duration_ms"), "{\"record_type\":\"call\",\"duration_ms\":0.001234}\n");
  EXPECT_EQ(line_of(call, "error_type"), "{\"error_type\":\"app::Error\"}\n");
  EXPECT_EQ(line_of(call, "stage,exception_type"), "");
}

TEST_F(Jsonl, TraceIdsAreThoseOfTheHeader) {
  Call call = start();
  call.root_call_id = 1;
  call.trace_seed = 0x0123456789abcdef;
  const std::string off = line_of(call);
  EXPECT_EQ(off.find("_id\":\""), std::string::npos) << "nobody asked for them";
  const auto with_ids = [&](const Call& record, const char* fields = "") {
    JsonlWriter jsonl(std::move(*OutputFile::open(path_, OutputFile::Mode::kTruncate)), *FieldSet::parse(fields), true);
    jsonl.call(record);
    EXPECT_TRUE(jsonl.flush().ok());
    return content_of(path_);
  };
  // As trace_ids_test.cpp has them.
  EXPECT_EQ(with_ids(call, "parent_call_id,trace_id,level"),
            "{\"parent_call_id\":1,\"trace_id\":\"a1e50fe286c8740d1bae010ef71f3024\",\"level\":\"INFO\"}\n");
  Call parent = call;
  parent.call_id = 1;
  parent.parent_call_id = 0;
  EXPECT_EQ(with_ids(parent, "trace_id,span_id"),
            "{\"trace_id\":\"a1e50fe286c8740d1bae010ef71f3024\",\"span_id\":\"5fff349f8a4ca524\"}\n");
  call.root_call_id = 0;  // an old recording
  EXPECT_EQ(with_ids(call, "trace_id"), "");
  call.trace_seed = 0;
  EXPECT_EQ(with_ids(call), off);
  EXPECT_EQ(Json::parse(with_ids(whole())), Json::parse(line_of(whole())));
}

TEST_F(Jsonl, ACallInASpanHasTheSpansIdsAskedForOrNot) {
  Call call = start();
  call.trace = {0x0102030405060708, 0x090a0b0c0d0e0f10};
  call.active_span_id = 0x1112131415161718;
  const Json plain = Json::parse(line_of(start()));
  for (const bool whole_call : {false, true}) {
    call.stage = whole_call ? Stage::kCall : Stage::kStart;
    const std::string line = line_of(call);
    EXPECT_NE(line.find(R"("parent_call_id":1,"trace_id":"0102030405060708090a0b0c0d0e0f10",)"
                        R"("span_id":"1112131415161718","level":"INFO")"),
              std::string::npos)
        << line;
    JsonlWriter asked(std::move(*OutputFile::open(path_, OutputFile::Mode::kTruncate)), FieldSet(), true);
    call.root_call_id = 1;
    call.trace_seed = 5;
    asked.call(call);
    EXPECT_TRUE(asked.flush().ok());
    EXPECT_EQ(content_of(path_), line) << "the span's, not its own";
  }
  JsonlWriter without(std::move(*OutputFile::open(path_, OutputFile::Mode::kTruncate)), *FieldSet::parse("level"));
  without.call(call);
  EXPECT_TRUE(without.flush().ok());
  EXPECT_EQ(content_of(path_), "{\"level\":\"INFO\"}\n");
}

TEST_F(Jsonl, StartHasItsKeysInTheOrderOfTheContract) {
  EXPECT_EQ(
      line_of(start()),
      R"j({"record_type":"log_entry","stage":"START","entry_id":3,"call_id":2,"parent_call_id":1,"level":"INFO",)j"
      R"j("function":"app::db::query(int)","module":"app::db","timestamp":"2026-03-01T12:00:00.123456789Z",)j"
      R"j("pid":7,"tid":8,"depth":1,"file":"src/db.cpp","line":12})j"
      "\n");
}

TEST_F(Jsonl, EndHasTheDurationAndNoPlace) {
  EXPECT_EQ(line_of(end()),
            R"j({"record_type":"log_entry","stage":"END","entry_id":3,"call_id":2,"parent_call_id":1,"level":"INFO",)j"
            R"j("function":"app::db::query(int)","module":"app::db","timestamp":"2026-03-01T12:00:00.123456789Z",)j"
            R"j("pid":7,"tid":8,"depth":1,"duration_ms":0.001234})j"
            "\n");
}

TEST_F(Jsonl, ExceptionHasDurationTypeAndText) {
  EXPECT_EQ(
      line_of(exception({.type = "std::runtime_error", .what = "no \"such\" row", .has_what = true})),
      R"j({"record_type":"log_entry","stage":"EXCEPTION","entry_id":3,"call_id":2,"parent_call_id":1,"level":"ERROR",)j"
      R"j("function":"app::db::query(int)","module":"app::db","timestamp":"2026-03-01T12:00:00.123456789Z",)j"
      R"j("pid":7,"tid":8,"depth":1,"duration_ms":0.001234,"exception_type":"std::runtime_error",)j"
      R"j("exception":"no \"such\" row"})j"
      "\n");
}

TEST_F(Jsonl, AnExceptionWithoutTypeOrTextLeavesThoseKeysOut) {
  const Json foreign = Json::parse(line_of(exception({})));
  EXPECT_EQ(foreign["stage"], "EXCEPTION");
  EXPECT_FALSE(foreign.contains("exception_type"));
  EXPECT_FALSE(foreign.contains("exception"));
  const Json silent = Json::parse(line_of(exception({.type = "int"})));
  EXPECT_EQ(silent["exception_type"], "int");
  EXPECT_FALSE(silent.contains("exception"));
  EXPECT_EQ(Json::parse(line_of(exception({.type = "E", .what = "", .has_what = true})))["exception"], "");
  EXPECT_FALSE(silent.contains("stack_trace"));
  EXPECT_FALSE(silent.contains("fingerprint"));
  const Json first = Json::parse(line_of(exception({.type = "E", .stack_trace = "f()\nmain", .fingerprint = "0af1"})));
  EXPECT_EQ(first["stack_trace"], "f()\nmain");
  EXPECT_EQ(first["fingerprint"], "0af1");
  Call unknown = end();
  unknown.stage = Stage::kException;
  EXPECT_FALSE(Json::parse(line_of(unknown)).contains("exception_type"));
}

TEST_F(Jsonl, OnlyAnExceptionHasExceptionKeys) {
  const Exception thrown{.type = "E", .what = "w", .has_what = true};
  Call record = end();
  record.exception = &thrown;
  EXPECT_FALSE(Json::parse(line_of(record)).contains("exception"));
}

TEST_F(Jsonl, AnOutermostCallHasNullAsParent) {
  Call record = start();
  record.parent_call_id = 0;
  const Json read = Json::parse(line_of(record));
  ASSERT_TRUE(read.contains("parent_call_id"));
  EXPECT_TRUE(read["parent_call_id"].is_null());
}

TEST_F(Jsonl, AFunctionWithoutAKnownPlaceHasNeitherFileNorLine) {
  function_.file = "";
  function_.line = 0;
  const Json read = Json::parse(line_of(start()));
  EXPECT_FALSE(read.contains("file"));
  EXPECT_FALSE(read.contains("line"));
}

TEST_F(Jsonl, EveryLevelHasItsWord) {
  const std::vector<std::string> words{"DEBUG", "INFO", "WARNING", "ERROR", "FATAL"};
  for (std::size_t level = 0; level < words.size(); ++level) {
    Call record = start();
    record.level = static_cast<Level>(level);
    EXPECT_EQ(Json::parse(line_of(record))["level"], words[level]);
  }
}

TEST_F(Jsonl, TheLargestValuesOfEveryKeySurvive) {
  Call record = end();
  record.entry_id = record.call_id = record.parent_call_id = record.duration_ns = ~std::uint64_t{0};
  record.pid = record.tid = record.depth = ~std::uint32_t{0};
  record.timestamp_ns = INT64_MAX;
  const std::string line = line_of(record);
  const Json read = Json::parse(line);
  for (const char* key : {"entry_id", "call_id", "parent_call_id"}) EXPECT_EQ(read[key], "18446744073709551615");
  for (const char* key : {"pid", "tid", "depth"}) EXPECT_EQ(read[key], 4'294'967'295u);
  EXPECT_NE(line.find(R"j("duration_ms":18446744073709.551615)j"), std::string::npos);
}

TEST_F(Jsonl, ThreadsThatAlternateKeepTheirOwnNumbers) {
  JsonlWriter jsonl = writer();
  std::vector<std::pair<std::uint32_t, std::uint32_t>> threads{{0, 0}, {7, 8},   {7, 264}, {9, 8},
                                                               {7, 8}, {0, 256}, {0, 0}};
  for (const auto& [pid, tid] : threads) {
    Call record = start();
    record.pid = pid;
    record.tid = tid;
    jsonl.call(record);
  }
  ASSERT_TRUE(jsonl.flush().ok());
  const std::vector<std::string> lines = lines_of(content_of(path_));
  ASSERT_EQ(lines.size(), threads.size());
  for (std::size_t line = 0; line < lines.size(); ++line) {
    EXPECT_EQ(Json::parse(lines[line])["pid"], threads[line].first);
    EXPECT_EQ(Json::parse(lines[line])["tid"], threads[line].second);
  }
}

TEST_F(Jsonl, NamesOfEveryLengthAndOfHostileBytesStayWhole) {
  std::vector<Function> functions;
  for (std::uint32_t length = 0; length < 300; ++length) {
    functions.push_back({.index = length,
                         .name = std::string(length, 'f'),
                         .module = std::string(length % 70, 'm'),
                         .file = std::string(length % 90, 'p'),
                         .line = length});
  }
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  functions.push_back({.index = 1'000'000, .name = all, .module = all, .file = all, .line = 1});
  functions.push_back({.index = 300, .name = std::string(10'000, 'n') + "\"", .module = "m"});
  functions.push_back({.index = 301, .name = std::string(300'000, '\n'), .module = "m"});

  JsonlWriter jsonl = writer();
  for (int round = 0; round < 2; ++round) {  // the second time from prepared text
    for (const Function& function : functions) {
      Call record = round == 0 ? start() : end();
      record.function = &function;
      jsonl.call(record);
    }
  }
  ASSERT_TRUE(jsonl.flush().ok());
  const std::vector<std::string> lines = lines_of(content_of(path_));
  ASSERT_EQ(lines.size(), functions.size() * 2);
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const Function& function = functions[at % functions.size()];
    const Json read = Json::parse(lines[at]);
    if (function.name != all) {
      EXPECT_EQ(read["function"], function.name);
      EXPECT_EQ(read["module"], function.module);
    } else {
      EXPECT_EQ(read["function"].get<std::string>().substr(0, 128), all.substr(0, 128));
    }
    EXPECT_EQ(read["depth"], 1);
    EXPECT_EQ(read.contains("file"), at < functions.size() && !function.file.empty());
  }
}

TEST_F(Jsonl, AnExceptionTextOfManyBytesStaysWhole) {
  const std::string what(1'000'000, '\x02');
  EXPECT_EQ(Json::parse(line_of(exception({.type = "E", .what = what, .has_what = true})))["exception"], what);
}

TEST_F(Jsonl, OnlyNamedKeysAreKept) {
  EXPECT_EQ(line_of(end(), "stage,function,duration_ms"),
            R"j({"stage":"END","function":"app::db::query(int)","duration_ms":0.001234})j"
            "\n");
  EXPECT_EQ(line_of(start(), "stage,function,duration_ms"), R"j({"stage":"START","function":"app::db::query(int)"})j"
                                                            "\n");
  EXPECT_EQ(line_of(start(), "duration_ms"), "") << "no key is left, so no line";
}

TEST_F(Jsonl, EachKeyAloneHasTheValueItHasOnTheWholeLine) {
  const Exception thrown{.type = "E", .what = "w", .has_what = true};
  for (const Call& record : {start(), end(), exception(thrown)}) {
    const Json whole = Json::parse(line_of(record));
    for (unsigned number = 0; number < static_cast<unsigned>(Key::kCount); ++number) {
      const std::string key(key_name(static_cast<Key>(number)));
      const std::string line = line_of(record, key);
      ASSERT_EQ(line.empty(), !whole.contains(key)) << key << ": " << line;
      if (line.empty()) continue;
      EXPECT_EQ(Json::parse(line), (Json{{key, whole[key]}}));
    }
  }
}

TEST_F(Jsonl, NamingEveryKeyIsTheSameAsNamingNone) {
  std::string list;
  for (unsigned key = 0; key < static_cast<unsigned>(Key::kCount); ++key) {
    list += std::string(key_name(static_cast<Key>(key))) + ",";
  }
  const Exception thrown{.type = "E", .what = "w", .has_what = true};
  for (const Call& record : {start(), end(), exception(thrown)}) EXPECT_EQ(line_of(record, list), line_of(record));
}

TEST_F(Jsonl, RecordsOfAllTypesStandInTheOrderInWhichTheyCame) {
  JsonlWriter jsonl = writer();
  jsonl.process({.entry_id = 1});
  jsonl.thread({.entry_id = 2});
  jsonl.call(start());
  jsonl.notice({.entry_id = 4});
  jsonl.summary({.entry_id = 5});
  EXPECT_GT(jsonl.buffered_bytes(), 0u);
  ASSERT_TRUE(jsonl.flush().ok());
  EXPECT_EQ(jsonl.buffered_bytes(), 0u);
  std::vector<std::string> types;
  for (const std::string& line : lines_of(content_of(path_))) types.push_back(Json::parse(line)["record_type"]);
  EXPECT_EQ(types, (std::vector<std::string>{"process", "thread", "log_entry", "notice", "summary"}));
}

TEST_F(Jsonl, FarMoreThanTheBufferHoldsIsWrittenWhole) {
  constexpr std::uint64_t kRecords = 20'000;
  JsonlWriter jsonl = writer();
  for (std::uint64_t entry = 1; entry <= kRecords; ++entry) {
    Call record = entry % 2 == 0 ? end() : start();
    record.entry_id = entry;
    jsonl.call(record);
    if (entry % 7'001 != 0) continue;
    ASSERT_TRUE(jsonl.flush().ok());
  }
  ASSERT_TRUE(jsonl.flush().ok());
  const std::vector<std::string> lines = lines_of(content_of(path_));
  ASSERT_EQ(lines.size(), kRecords);
  for (std::uint64_t entry = 1; entry <= kRecords; ++entry) ASSERT_EQ(Json::parse(lines[entry - 1])["entry_id"], entry);
}

TEST_F(Jsonl, OnAFullDeviceRecordsStayBuffered) {
  JsonlWriter jsonl(std::move(*OutputFile::open("/dev/full", OutputFile::Mode::kAppend)));
  jsonl.call(start());
  const std::size_t one = jsonl.buffered_bytes();
  EXPECT_FALSE(jsonl.flush().ok());
  jsonl.call(start());
  EXPECT_FALSE(jsonl.flush().ok());
  EXPECT_EQ(jsonl.buffered_bytes(), one * 2);
}

// jq is a tool of the tests, which scripts/setup-debian installs; without it the tests above have read every line as
// JSON.
TEST_F(Jsonl, JqReadsWhatWasWritten) {
  if (std::system("command -v jq >/dev/null") != 0) GTEST_SKIP() << "jq is not installed";
  JsonlWriter jsonl = writer();
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  jsonl.process({.entry_id = 1, .command = {all}});
  jsonl.call(start());
  jsonl.call(exception({.type = "std::runtime_error", .what = all, .has_what = true}));
  Call last = end();
  last.call_id = kMaxJsonInteger - 1;
  jsonl.call(last);
  ASSERT_TRUE(jsonl.flush().ok());
  const std::string answer = folder_.file("answer");
  const std::string command =
      "jq -c '[.entry_id,.stage,.exception_type,.call_id,.duration_ms]' " + path_ + " > " + answer;
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(content_of(answer),
            "[1,null,null,null,null]\n"
            "[3,\"START\",null,2,null]\n"
            "[3,\"EXCEPTION\",\"std::runtime_error\",2,0.001234]\n"
            "[3,\"END\",null,9007199254740991,0.001234]\n");
}

}  // namespace
}  // namespace glimpse::writers
