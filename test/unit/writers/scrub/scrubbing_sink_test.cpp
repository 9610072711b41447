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
