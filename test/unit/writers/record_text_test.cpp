#include "writers/record_text.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>
#include <string>

namespace glimpse::writers {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kNoon = 1'772'366'400'000'000'000;  // 2026-03-01T12:00:00Z

template <typename Record>
std::string line_of(const Record& record, const FieldSet& fields = FieldSet()) {
  LineBuffer buffer(16);
  append_line(buffer, fields, record);
  return std::string(buffer.text());
}

Process full_process() {
  return {.entry_id = 1,
          .timestamp_ns = kNoon,
          .pid = 4711,
          .ppid = 4700,
          .command = {"./app", "--name", "two words", ""},
          .executable = "/opt/app/bin/app",
          .cwd = "/home/user",
          .host = "box",
          .glimpse_version = "0.1.0",
          .clock = "tsc",
          .policy = "glimpse-policy.json",
          .policy_name = "my_policy",
          .policy_sha256 = std::string(64, 'a'),
          .service = "shop",
          .environment = "staging"};
}

TEST(RecordText, ProcessHasEveryKeyInOrder) {
  EXPECT_EQ(
      line_of(full_process()),
      R"j({"record_type":"process","entry_id":1,"timestamp":"2026-03-01T12:00:00.000000000Z","pid":4711,"ppid":4700,)j"
      R"j("command":["./app","--name","two words",""],"executable":"/opt/app/bin/app","cwd":"/home/user","host":"box",)j"
      R"j("glimpse_version":"0.1.0","clock":"tsc","policy":"glimpse-policy.json","policy_name":"my_policy",)j"
      R"j("policy_sha256":")j" +
          std::string(64, 'a') + R"j(","service":"shop","environment":"staging"})j" + "\n");
}

TEST(RecordText, ProcessLeavesOutWhatIsNotSet) {
  Process process = full_process();
  process.command.clear();
  process.policy = "built-in";
  process.policy_name = process.policy_sha256 = process.service = process.environment = "";
  const Json read = Json::parse(line_of(process));
  EXPECT_EQ(read["command"], Json::array());
  EXPECT_EQ(read["policy"], "built-in");
  for (const char* key : {"policy_name", "policy_sha256", "service", "environment"}) EXPECT_FALSE(read.contains(key));
}

TEST(RecordText, ThreadCarriesItsName) {
  EXPECT_EQ(line_of(Thread{.entry_id = 2, .timestamp_ns = kNoon, .pid = 7, .tid = 8, .name = "wor\"ker"}),
            R"j({"record_type":"thread","entry_id":2,"timestamp":"2026-03-01T12:00:00.000000000Z","pid":7,"tid":8,)j"
            R"j("thread":"wor\"ker"})j"
            "\n");
}

TEST(RecordText, NoticeSaysWhatHappenedAndHowMuchWasLost) {
  Notice notice{.entry_id = 3,
                .timestamp_ns = kNoon,
                .pid = 7,
                .tid = 8,
                .reason = "dropped",
                .message = "ring full",
                .dropped = 12};
  EXPECT_EQ(line_of(notice),
            R"j({"record_type":"notice","entry_id":3,"timestamp":"2026-03-01T12:00:00.000000000Z","pid":7,"tid":8,)j"
            R"j("reason":"dropped","message":"ring full","dropped":12})j"
            "\n");
  notice.tid = 0;
  notice.dropped = 0;
  const Json read = Json::parse(line_of(notice));
  EXPECT_FALSE(read.contains("tid"));
  EXPECT_FALSE(read.contains("dropped"));
}

TEST(RecordText, SummaryOfAKilledProcessNamesItsOpenCallsAndTheSignal) {
  const Function outer{.index = 0, .name = "main"};
  const Function inner{.index = 1, .name = "app::run(std::basic_string<char> const&)"};
  const Summary summary{.entry_id = 9,
                        .timestamp_ns = kNoon,
                        .pid = 7,
                        .calls = 100,
                        .records = 198,
                        .threads = 2,
                        .dropped = {{"ring_full", 3}, {"timeout", 4}},
                        .patched = {{"calls", 12}, {"shared", 1}},
                        .open_calls = 2,
                        .open = {{8, 1, &outer}, {8, 2, &inner}},
                        .signal = SIGKILL};
  EXPECT_EQ(
      line_of(summary),
      R"j({"record_type":"summary","entry_id":9,"timestamp":"2026-03-01T12:00:00.000000000Z","pid":7,"calls":100,)j"
      R"j("records":198,"threads":2,"dropped":{"ring_full":3,"timeout":4},"patched":{"calls":12,"shared":1},)j"
      R"j("open_calls":2,)j"
      R"j("open":[{"tid":8,"call_id":1,"function":"main"},{"tid":8,"call_id":2,)j"
      R"j("function":"app::run(std::basic_string<char> const&)"}],"signal":9,"signal_name":"SIGKILL"})j"
      "\n");
}

TEST(RecordText, SummaryTellsHowDestinationsFare) {
  Summary summary{.entry_id = 9, .pid = 7};
  EXPECT_FALSE(Json::parse(line_of(summary)).contains("destinations"));
  summary.destinations.push_back({"sqlite", "ok", 12, 0, 0, 0, 0, ""});
  summary.destinations.push_back({"otlp", "failing", 0, 345, 6, 7, 8, "no \"route\""});
  EXPECT_EQ(line_of(summary, *FieldSet::parse("open,destinations,exit_status")),
            R"j({"open":[],"destinations":{"sqlite":{"state":"ok","delivered":12},)j"
            R"j("otlp":{"state":"failing","delivered":0,"waiting":345,"dropped":6,"dead_letters":7,"retries":8,)j"
            R"j("problem":"no \"route\""}}})j"
            "\n");
}

TEST(RecordText, SummaryOfAGoodEndHasEmptyListsAndTheExitStatus) {
  const Json read = Json::parse(line_of(Summary{.entry_id = 9, .pid = 7, .exit_status = 0}));
  EXPECT_EQ(read["dropped"], Json::object());
  EXPECT_EQ(read["open"], Json::array());
  EXPECT_EQ(read["exit_status"], 0);
  EXPECT_FALSE(read.contains("signal"));
  EXPECT_FALSE(read.contains("patched"));
  EXPECT_FALSE(read.contains("signal_name"));
  EXPECT_FALSE(Json::parse(line_of(Summary{.entry_id = 9})).contains("exit_status")) << "not known";
}

Span full_span() {
  Span span{.entry_id = 4,
            .trace = {0x0af7651916cd43dd, 0x8448eb211c80319c},
            .span_id = 0x00f067aa0ba902b7,
            .parent_span_id = 0xb7ad6b7169203331,
            .remote_parent = true,
            .parent_call_id = 17,
            .name = "GET /cart",
            .kind = SpanKind::kServer,
            .status = SpanStatus::kError,
            .status_message = "no \"such\" cart",
            .tracestate = "congo=t61rcWkgMzE",
            .timestamp_ns = kNoon,
            .duration_ns = 1'234'567,
            .open = true,
            .pid = 7,
            .tid = 8};
  span.attributes = {{.key = "http.route", .text = "/cart"}};
  span.events = {{kNoon + 1, "retry", {{.type = Field::Type::kSigned, .key = "n", .signed_number = -2}}},
                 {kNoon + 2, "done", {}}};
  span.links = {{{1, 2}, 3, {{.type = Field::Type::kBool, .key = "again", .unsigned_number = 1}}}, {{4, 5}, 6, {}}};
  return span;
}

TEST(RecordText, SpanHasEveryKeyInOrder) {
  EXPECT_EQ(
      line_of(full_span()),
      R"j({"record_type":"span","entry_id":4,"trace_id":"0af7651916cd43dd8448eb211c80319c",)j"
      R"j("span_id":"00f067aa0ba902b7","parent_span_id":"b7ad6b7169203331","remote_parent":true,"parent_call_id":17,)j"
      R"j("name":"GET /cart","kind":"server","status":"error","status_message":"no \"such\" cart",)j"
      R"j("timestamp":"2026-03-01T12:00:00.000000000Z","pid":7,"tid":8,"duration_ms":1.234567,"open":true,)j"
      R"j("attributes":{"http.route":"/cart"},)j"
      R"j("events":[{"name":"retry","timestamp":"2026-03-01T12:00:00.000000001Z","attributes":{"n":-2}},)j"
      R"j({"name":"done","timestamp":"2026-03-01T12:00:00.000000002Z"}],)j"
      R"j("links":[{"trace_id":"00000000000000010000000000000002","span_id":"0000000000000003",)j"
      R"j("attributes":{"again":true}},)j"
      R"j({"trace_id":"00000000000000040000000000000005","span_id":"0000000000000006"}],)j"
      R"j("tracestate":"congo=t61rcWkgMzE"})j"
      "\n");
}

TEST(RecordText, SpanLeavesOutWhatItHasNot) {
  EXPECT_EQ(line_of(Span{.entry_id = 4, .trace = {1, 2}, .span_id = 3, .name = "", .timestamp_ns = kNoon, .pid = 7}),
            R"j({"record_type":"span","entry_id":4,"trace_id":"00000000000000010000000000000002",)j"
            R"j("span_id":"0000000000000003","parent_span_id":null,"name":"","kind":"internal",)j"
            R"j("timestamp":"2026-03-01T12:00:00.000000000Z","pid":7,"tid":0,"duration_ms":0.000000})j"
            "\n");
}

TEST(RecordText, LogHasEveryKeyInOrder) {
  const Exception thrown{
      .type = "E", .what = "no", .has_what = true, .stack_trace = "f (a.cpp:1)\ng", .fingerprint = "0a"};
  Log log{.entry_id = 5,
          .level = Level::kFatal,
          .trace = {1, 2},
          .span_id = 3,
          .call_id = 17,
          .timestamp_ns = kNoon,
          .pid = 7,
          .tid = 8,
          .title = "Cart",
          .message = "lost\n",
          .file = "src/cart.cpp",
          .line = 12,
          .tags = {"shop", "ca\"rt"},
          .ttl_seconds = 0,
          .fields = {{.key = "user", .text = "jane"}},
          .exception = &thrown,
          .stack_trace = "where it was told"};
  EXPECT_EQ(
      line_of(log),
      R"j({"record_type":"log","entry_id":5,"level":"FATAL","trace_id":"00000000000000010000000000000002",)j"
      R"j("span_id":"0000000000000003","call_id":17,"timestamp":"2026-03-01T12:00:00.000000000Z","pid":7,"tid":8,)j"
      R"j("title":"Cart","message":"lost\n","tags":["shop","ca\"rt"],"ttl_seconds":0,"file":"src/cart.cpp",)j"
      R"j("line":12,"attributes":{"user":"jane"},"exception_type":"E","exception":"no",)j"
      R"j("stack_trace":"f (a.cpp:1)\ng","fingerprint":"0a"})j"
      "\n");
  EXPECT_EQ(line_of(Log{.entry_id = 6, .timestamp_ns = kNoon, .pid = 7, .tid = 8, .stack_trace = "main"}),
            R"j({"record_type":"log","entry_id":6,"level":"INFO","timestamp":"2026-03-01T12:00:00.000000000Z",)j"
            R"j("pid":7,"tid":8,"message":"","stack_trace":"main"})j"
            "\n");
}

TEST(RecordText, FieldsChooseAmongKeysOfSpansAndLogs) {
  EXPECT_EQ(line_of(full_span(), *FieldSet::parse("name,duration_ms,tracestate")),
            "{\"name\":\"GET /cart\",\"duration_ms\":1.234567,\"tracestate\":\"congo=t61rcWkgMzE\"}\n");
  EXPECT_EQ(line_of(Log{.message = "x"}, *FieldSet::parse("title,message")), "{\"message\":\"x\"}\n");
  EXPECT_EQ(line_of(Log{.message = "x"}, *FieldSet::parse("stage")), "");
  const auto wrong = FieldSet::parse("atributes");
  ASSERT_FALSE(wrong.ok());
  EXPECT_NE(wrong.error().message.find("did you mean 'attributes'?"), std::string::npos) << wrong.error().message;
}

TEST(RecordText, OnlyNamedKeysAreKeptAndALineWithoutAnyIsNotWritten) {
  const FieldSet fields = *FieldSet::parse("pid,exit_status,command,thread");
  EXPECT_EQ(line_of(full_process(), fields), R"j({"pid":4711,"command":["./app","--name","two words",""]})j"
                                             "\n");
  EXPECT_EQ(line_of(Summary{.pid = 7, .exit_status = 3}, fields), R"j({"pid":7,"exit_status":3})j"
                                                                  "\n");
  EXPECT_EQ(line_of(full_process(), *FieldSet::parse("stage,function")), "");
  EXPECT_EQ(line_of(Thread{}, *FieldSet::parse("stage")), "");
}

TEST(RecordText, HostileStringsStayOnOneLine) {
  Process process = full_process();
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  process.command = {all, all};
  process.cwd = all;
  const std::string line = line_of(process);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(Json::parse(line)["command"][1].get<std::string>().substr(0, 128), all.substr(0, 128));
}

TEST(RecordText, SignalsHaveTheirNames) {
  EXPECT_EQ(signal_name(SIGSEGV), "SIGSEGV");
  EXPECT_EQ(signal_name(SIGRTMIN), "SIGRTMIN");
  EXPECT_EQ(signal_name(SIGRTMIN + 2), "SIGRTMIN+2");
  EXPECT_EQ(signal_name(1000), "1000");
}

}  // namespace
}  // namespace glimpse::writers
