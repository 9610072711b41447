#include "writers/scrub/scrubbing_sink.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "test/support/memory_writer.h"
#include "writers/scrub/scrubbing_writer.h"

namespace glimpse::writers::scrub {
namespace {

class ScrubbingSinkTest : public ::testing::Test {
 protected:
  MemoryWriter writer_;
  ScrubbingSink sink_{writer_};
};

TEST_F(ScrubbingSinkTest, MessagesArgumentsAndResultsAreScrubbed) {
  const Function function{.index = 0, .name = "f@example.com(10.0.0.1)", .module = "a@example.com"};
  Exception exception{.type = "E@example.com", .what = "no jane@example.com", .has_what = true};
  exception.stack_trace = "f::dead(int) (/home/jane@example.com/f.cpp:12)\nmain+0x1 (app)";
  exception.fingerprint = "10.0.0.1";
  Call call;
  call.function = &function;
  call.exception = &exception;
  call.captured = "host=\"10.0.0.1\"";
  call.result = "\"::1\"";
  sink_.call(call);
  const auto calls = writer_.only<KeptCall>();
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_EQ(calls[0].what, "no [EMAIL]");
  EXPECT_EQ(calls[0].captured, "host=\"[IP_ADDRESS]\"");
  EXPECT_EQ(calls[0].stack_trace, "f::dead(int) (/home/[EMAIL]/f.cpp:12)\nmain+0x1 (app)");
  EXPECT_EQ(calls[0].function.name, function.name);
  EXPECT_EQ(calls[0].function.module, function.module);
  EXPECT_EQ(calls[0].exception_type, "E@example.com");
  EXPECT_EQ(calls[0].fingerprint, "10.0.0.1");
}

TEST_F(ScrubbingSinkTest, ResultsOfWholeCallsAreScrubbed) {
  struct Keeper final : RecordSink {
    void call(const Call& record) override { result = record.result; }
    void process(const Process&) override {}
    void thread(const Thread&) override {}
    void span(const Span&) override {}
    void log(const Log&) override {}
    void notice(const Notice&) override {}
    void summary(const Summary&) override {}
    std::string result;
  } keeper;
  ScrubbingSink sink(keeper);
  Call call;
  call.result = "\"::1\"";
  sink.call(call);
  EXPECT_EQ(keeper.result, "\"[IP_ADDRESS]\"");
}

TEST_F(ScrubbingSinkTest, SpansAreScrubbedButForTheNamesOfTheirAttributes) {
  Span span{.name = "GET /users/jane@example.com", .status_message = "no 10.0.0.1", .tracestate = "a=10.0.0.1"};
  span.attributes = {{.key = "jane@example.com", .text = "jane@example.com"}, {.key = "n", .text = "plain"}};
  span.events = {{1, "sent to jane@example.com", {{.key = "peer", .text = "10.0.0.1"}}}};
  span.links = {{{1, 2}, 3, {{.key = "peer", .text = "10.0.0.2"}}}};
  sink_.span(span);
  const KeptSpan kept = writer_.only<KeptSpan>().at(0);
  EXPECT_EQ(kept.span.name, "GET /users/[EMAIL]");
  EXPECT_EQ(kept.span.status_message, "no [IP_ADDRESS]");
  EXPECT_EQ(kept.span.tracestate, span.tracestate);
  EXPECT_EQ(kept.span.attributes[0].key, "jane@example.com");
  EXPECT_EQ(kept.span.attributes[0].text, "[EMAIL]");
  EXPECT_EQ(kept.span.attributes[1].text, "plain");
  EXPECT_EQ(kept.span.events[0].name, "sent to [EMAIL]");
  EXPECT_EQ(kept.span.events[0].fields[0].text, "[IP_ADDRESS]");
  EXPECT_EQ(kept.span.links[0].fields[0].text, "[IP_ADDRESS]");
}

TEST_F(ScrubbingSinkTest, ValuesUnderASecretsNameAreHiddenWhole) {
  using Type = Field::Type;
  const struct {
    Field field;
    const char* text;  // null: as it was
  } cases[] = {
      {{.key = "db_password", .text = "two words"}, "[REDACTED_SECRET]"},
      {{.key = "http.request.header.authorization", .text = "Bearer x"}, "[REDACTED_SECRET]"},
      {{.type = Type::kSigned, .key = "passcode", .signed_number = 1234}, "[REDACTED_SECRET]"},
      {{.type = Type::kUnsigned, .key = "apiKey", .unsigned_number = 77}, "[REDACTED_SECRET]"},
      {{.type = Type::kDouble, .key = "secret", .real = 1.5}, "[REDACTED_SECRET]"},
      {{.type = Type::kBool, .key = "has_password", .unsigned_number = 1}, nullptr},
      {{.type = Type::kSigned, .key = "max_tokens", .signed_number = 100}, nullptr},
      {{.key = "token", .text = "none"}, nullptr},
      {{.key = "token", .text = ""}, nullptr},
      {{.key = "author", .text = "jane"}, nullptr},
  };
  for (const auto& [field, text] : cases) {
    sink_.log({.fields = {field}});
    const Field read = writer_.only<KeptLog>().back().log.fields.at(0);
    EXPECT_EQ(read.key, field.key);
    EXPECT_EQ(read.type, text == nullptr ? field.type : Type::kText) << field.key;
    EXPECT_EQ(read.text, text == nullptr ? field.text : text) << field.key;
  }
}

TEST_F(ScrubbingSinkTest, LogsAreScrubbed) {
  const Exception thrown{.type = "E@example.com",
                         .what = "no jane@example.com",
                         .has_what = true,
                         .stack_trace = "f (/home/jane@example.com/f.cpp:12)",
                         .fingerprint = "10.0.0.1"};
  Log log{.title = "from 10.0.0.1", .message = "token=abc", .file = "/home/jane@example.com/a.cpp"};
  log.tags = {"jane@example.com", "plain"};
  log.exception = &thrown;
  log.stack_trace = "g (/home/joe@example.com/g.cpp:1)";
  sink_.log(log);
  const KeptLog kept = writer_.only<KeptLog>().at(0);
  EXPECT_EQ(kept.log.title, "from [IP_ADDRESS]");
  EXPECT_EQ(kept.log.message, "token=[REDACTED_SECRET]");
  EXPECT_EQ(kept.log.file, log.file);
  EXPECT_EQ(kept.log.tags, (std::vector<std::string_view>{"[EMAIL]", "plain"}));
  EXPECT_EQ(kept.exception.type, "E@example.com");
  EXPECT_EQ(kept.exception.what, "no [EMAIL]");
  EXPECT_EQ(kept.exception.stack_trace, "f (/home/[EMAIL]/f.cpp:12)");
  EXPECT_EQ(kept.exception.fingerprint, "10.0.0.1");
  EXPECT_EQ(kept.log.stack_trace, "g (/home/[EMAIL]/g.cpp:1)");
}

TEST_F(ScrubbingSinkTest, CommandLinesAreScrubbedArgumentByArgument) {
  Process process;
  process.command = {"/opt/app@example.com", "--password", "hunter2", "--token=a b", "--verbose", "--secret", "--next",
                     "jane@example.com",     "-x"};
  process.cwd = "/home/jane@example.com";
  process.environment = "10.0.0.1";
  sink_.process(process);
  const auto processes = writer_.only<Process>();
  ASSERT_EQ(processes.size(), 1u);
  EXPECT_EQ(processes[0].command,
            (std::vector<std::string>{"/opt/[EMAIL]", "--password", "[REDACTED_SECRET]", "--token=[REDACTED_SECRET]",
                                      "--verbose", "--secret", "--next", "[EMAIL]", "-x"}));
  EXPECT_EQ(processes[0].cwd, "/home/jane@example.com");
  EXPECT_EQ(processes[0].environment, "[IP_ADDRESS]");
}

TEST_F(ScrubbingSinkTest, NoticesAndProblemsOfDestinationsAreScrubbed) {
  Notice notice;
  notice.reason = "names";
  notice.message = "10.0.0.1 said no";
  sink_.notice(notice);
  Summary summary;
  summary.destinations.push_back({.name = "otlp", .state = "failing", .problem = "https://a:b@c/ is gone"});
  sink_.summary(summary);
  EXPECT_EQ(writer_.only<KeptNotice>().at(0).message, "[IP_ADDRESS] said no");
  EXPECT_EQ(writer_.only<Summary>().at(0).destinations.at(0).problem, "https://a:[REDACTED_SECRET]@c/ is gone");
}

TEST_F(ScrubbingSinkTest, AScrubbingWriterIsOtherwiseTheWriterBehindIt) {
  auto memory = std::make_unique<MemoryWriter>();
  MemoryWriter& behind = *memory;
  ScrubbingWriter writer(std::move(memory), nullptr);
  Notice notice;
  notice.message = "::1";
  writer.notice(notice);
  EXPECT_EQ(behind.only<KeptNotice>().at(0).message, "[IP_ADDRESS]");
  EXPECT_EQ(writer.buffered_bytes(), behind.buffered_bytes());
  writer.take_over("10.0.0.1\n");
  EXPECT_EQ(behind.taken_over(), "10.0.0.1\n");
  behind.fail_flushes("full");
  EXPECT_FALSE(writer.flush());
  behind.recover();
  EXPECT_TRUE(writer.flush());
  EXPECT_EQ(behind.flushed_records(), 1u);
}

}  // namespace
}  // namespace glimpse::writers::scrub
