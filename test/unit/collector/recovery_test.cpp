// A collector is killed at an instant of a flush that is chosen here, and another one goes on: each line stands once in
// the file, and calls that were open go on under their ids, with what was captured of them.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "collector/collector.h"
#include "collector/session.h"
#include "test/support/fake_process.h"
#include "test/support/temporary_folder.h"
#include "writers/jsonl.h"

namespace glimpse::collector {
namespace {

using wire::FakeProcess;
using writers::OutputFile;

constexpr std::uint64_t kTicks = FakeProcess::kStartTicks;

enum class Instant { kBeforeTheText, kWithinALine, kAfterALine, kAfterTheText };

// Passes on what it is told, and kills the process when the text sets out.
class KillingOutbox final : public writers::Outbox {
 public:
  KillingOutbox(writers::Outbox& real, Instant instant, int fd) : real_(real), instant_(instant), fd_(fd) {}
  char* memory(std::size_t bytes) override { return block_ = real_.memory(bytes); }
  void goes_to(const std::string& path) override { real_.goes_to(path); }
  void begins(const writers::Place& place) override {
    if (instant_ == Instant::kBeforeTheText) raise(SIGKILL);
    real_.begins(place);
    if (instant_ == Instant::kAfterTheText) return;
    const std::string_view text(block_);
    const std::size_t line = text.find('\n', text.find('\n') + 1) + 1;
    const std::size_t bytes = instant_ == Instant::kAfterALine ? line : line + 20;
    if (write(fd_, block_, bytes) == static_cast<ssize_t>(bytes)) raise(SIGKILL);
  }
  void handed(std::size_t bytes) override {
    if (instant_ == Instant::kAfterTheText) raise(SIGKILL);
    real_.handed(bytes);
  }

 private:
  writers::Outbox& real_;
  Instant instant_;
  int fd_;
  char* block_ = nullptr;
};

class KillingWriter final : public writers::Writer {
 public:
  KillingWriter(const std::string& path, Instant instant)
      : real_(std::move(*OutputFile::open(path, OutputFile::Mode::kAppend)), {}, true),
        fd_(open(path.c_str(), O_WRONLY | O_APPEND)),
        instant_(instant) {}
  void call(const writers::Call& record) override { real_.call(record); }
  void process(const writers::Process& record) override { real_.process(record); }
  void thread(const writers::Thread& record) override { real_.thread(record); }
  void span(const writers::Span& record) override { real_.span(record); }
  void log(const writers::Log& record) override { real_.log(record); }
  void notice(const writers::Notice& record) override { real_.notice(record); }
  void summary(const writers::Summary& record) override { real_.summary(record); }
  void keep_in(writers::Outbox& outbox) override {
    outbox_ = std::make_unique<KillingOutbox>(outbox, instant_, fd_);
    real_.keep_in(*outbox_);
  }
  void take_over(std::string_view lines) override { real_.take_over(lines); }
  std::size_t buffered_bytes() const override { return real_.buffered_bytes(); }
  Result<void> flush() override { return real_.flush(); }

 private:
  writers::JsonlWriter real_;
  int fd_;
  Instant instant_;
  std::unique_ptr<KillingOutbox> outbox_;
};

class RecoveryTest : public testing::TestWithParam<Instant> {
 protected:
  void SetUp() override {
    auto session = Session::create(spool_.path(), settings());
    ASSERT_TRUE(session.ok()) << session.error().message;
    session_ = std::move(*session);
    program_ = fork();
    if (program_ == 0) {
      pause();
      _exit(0);
    }
    process_ = std::make_unique<FakeProcess>(session_->process_path(1),
                                             wire::FakeProcessOptions{.pid = static_cast<std::uint32_t>(program_)});
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);  // it lives, and is no younger process with the number of a dead one
    process_->header().start_monotonic_ns = std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
    session_->header().process_count.store(1);
  }
  void TearDown() override { end_program(); }

  void end_program() {
    if (program_ == 0) return;
    kill(program_, SIGKILL);
    waitpid(program_, nullptr, 0);
    program_ = 0;
  }

  Settings settings() const {
    Settings settings{.policy = policy::built_in_policy()};
    settings.policy.trace_depth = 100;
    settings.policy.rules.push_back({});
    settings.policy.rules.back().capture = {true, true};
    settings.whole_calls = whole_calls_;
    settings.memo = "GLIMPSE_LEVEL=INFO";
    return settings;
  }

  // A collector that dies on the way.
  void collect_and_die(Instant instant) {
    const pid_t collector = fork();
    if (collector == 0) {
      KillingWriter writer(output_, instant);
      auto adopted = Collector::adopt(session_->folder(), settings(), [&](std::uint32_t) { return &writer; });
      if (adopted.ok()) (void)(*adopted)->run();
      _exit(1);
    }
    int status = 0;
    waitpid(collector, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the collector was to die on the way";
  }

  void recover() {
    auto file = OutputFile::open(output_, OutputFile::Mode::kAppend);
    ASSERT_TRUE(file.ok());
    writers::JsonlWriter writer(std::move(*file), {}, true);
    auto adopted = Collector::adopt(session_->folder(), settings(), [&](std::uint32_t) { return &writer; });
    ASSERT_TRUE(adopted.ok()) << adopted.error().message;
    const auto totals = (*adopted)->run();
    ASSERT_TRUE(totals.ok()) << totals.error().message;
  }

  // "stage call_id" of each call in the file, and that its entries are numbered 1, 2, 3 … but for lines of others.
  std::vector<std::string> calls() const {
    std::ifstream file(output_);
    const std::string all{std::istreambuf_iterator<char>(file), {}};
    EXPECT_TRUE(all.ends_with("}\n"));
    std::vector<std::string> found;
    std::uint64_t entry = 0;
    const std::regex id("\"entry_id\":(\\d+)");
    const std::regex call("\"stage\":\"(\\w+)\".*\"call_id\":(\\d+)");
    for (std::size_t at = 0; at < all.size();) {
      const std::string line = all.substr(at, all.find('\n', at) - at);
      at += line.size() + 1;
      EXPECT_TRUE(line.starts_with("{") && line.ends_with("}")) << line;
      std::smatch match;
      if (!std::regex_search(line, match, id)) continue;
      EXPECT_EQ(match[1], std::to_string(++entry)) << line;
      if (std::regex_search(line, match, call)) found.push_back(match[1].str() + " " + match[2].str());
    }
    return found;
  }

  // What `pattern` captures in each line that has it.
  std::vector<std::string> found(const char* pattern) const {
    std::ifstream file(output_);
    std::vector<std::string> all;
    const std::regex wanted(pattern);
    for (std::string line; std::getline(file, line);) {
      std::smatch match;
      if (std::regex_search(line, match, wanted)) all.push_back(match[1]);
    }
    return all;
  }

  std::string last_line() const {
    std::ifstream file(output_);
    std::string line;
    std::string last;
    while (std::getline(file, line)) last = line;
    return last;
  }

  bool whole_calls_ = false;
  TemporaryFolder spool_;
  std::string output_ = spool_.file("trace.jsonl");
  std::unique_ptr<Session> session_;
  std::unique_ptr<FakeProcess> process_;
  pid_t program_ = 0;
};

const std::vector<std::string> kCalls{"START 1", "START 2", "END 2", "END 1", "START 3", "END 3"};

TEST_P(RecoveryTest, EachLineStandsOnceAndOpenCallsGoOn) {
  const auto f = process_->add_function(0x10);
  const auto g = process_->add_function(0x20);
  auto ring = process_->claim_ring(7, "main");
  ring.start(f, kTicks + 1).start(g, kTicks + 2).end(g, kTicks + 3);
  collect_and_die(GetParam());
  ring.end(f, kTicks + 1001).start(g, kTicks + 1002).end(g, kTicks + 1003);
  end_program();
  recover();
  EXPECT_EQ(calls(), kCalls);
  EXPECT_NE(last_line().find("\"calls\":3,\"records\":6,\"threads\":1"), std::string::npos) << last_line();
}

TEST_P(RecoveryTest, TraceIdsAreTheSameBeforeAndAfter) {
  const auto f = process_->add_function(0x10);
  const auto g = process_->add_function(0x20);
  auto ring = process_->claim_ring(7, "main");
  ring.start(f, kTicks + 1).start(g, kTicks + 2).end(g, kTicks + 3);
  collect_and_die(GetParam());
  ring.start(g, kTicks + 1001).end(g, kTicks + 1002).end(f, kTicks + 1003);
  end_program();
  recover();
  const auto traces = found("\"trace_id\":\"([0-9a-f]{32})\"");
  ASSERT_EQ(traces.size(), 6u);
  EXPECT_EQ(std::set(traces.begin(), traces.end()).size(), 1u);
  const auto spans = found("\"span_id\":\"([0-9a-f]{16})\"");
  ASSERT_EQ(spans.size(), 6u);  // START 1, START 2, END 2, START 3, END 3, END 1
  EXPECT_EQ(spans[0], spans[5]);
  EXPECT_EQ(spans[1], spans[2]);
  EXPECT_EQ(spans[3], spans[4]);
  EXPECT_EQ(std::set(spans.begin(), spans.end()).size(), 3u);
}

TEST_P(RecoveryTest, WholeCallsStandOnceAndKeepTheirArguments) {
  whole_calls_ = true;
  const auto f = process_->add_function(0x10);
  const auto g = process_->add_function(0x20);
  auto ring = process_->claim_ring(7, "main");
  ring.arguments(f, "n=1", kTicks + 1).start(f, kTicks + 1).start(g, kTicks + 2).end(g, kTicks + 3);
  collect_and_die(GetParam());
  ring.start(g, kTicks + 1001).end(g, kTicks + 1002).end(f, kTicks + 1003);
  end_program();
  recover();
  EXPECT_EQ(found("\"record_type\":\"call\".*\"call_id\":(\\d+)"), (std::vector<std::string>{"2", "3", "1"}));
  EXPECT_EQ(found("\"depth\":0,\"args\":\"n=1\",\"duration_ms\":([0-9.]+),\"status\":\"success\""),
            std::vector<std::string>{"0.001002"});
  EXPECT_NE(last_line().find("\"calls\":3,\"records\":3,\"threads\":1"), std::string::npos) << last_line();
}

TEST_P(RecoveryTest, SoItIsWhereAnotherProcessHasWrittenToTheFileSince) {
  const auto f = process_->add_function(0x10);
  const auto g = process_->add_function(0x20);
  auto ring = process_->claim_ring(7, "main");
  ring.start(f, kTicks + 1).start(g, kTicks + 2).end(g, kTicks + 3);
  collect_and_die(GetParam());
  {
    auto other = OutputFile::open(output_, OutputFile::Mode::kAppend);
    std::size_t accepted = 0;
    ASSERT_TRUE(other.ok() && other->append("{\"record_type\":\"of another\"}\n", accepted).ok());
  }
  ring.end(f, kTicks + 1001).start(g, kTicks + 1002).end(g, kTicks + 1003);
  end_program();
  recover();
  EXPECT_EQ(calls(), kCalls);
}

TEST_P(RecoveryTest, SoItIsWhereTheRecoveryIsKilledToo) {
  const auto f = process_->add_function(0x10);
  const auto g = process_->add_function(0x20);
  auto ring = process_->claim_ring(7, "main");
  ring.start(f, kTicks + 1).start(g, kTicks + 2).end(g, kTicks + 3);
  collect_and_die(GetParam());
  ring.end(f, kTicks + 1001).start(g, kTicks + 1002).end(g, kTicks + 1003);
  for (const Instant instant : {Instant::kWithinALine, Instant::kBeforeTheText}) collect_and_die(instant);
  end_program();
  recover();
  EXPECT_EQ(calls(), kCalls);
}

TEST_P(RecoveryTest, AProcessWhoseSummaryWasOnItsWayHasOneSummary) {
  const auto f = process_->add_function(0x10);
  process_->claim_ring(7, "main").start(f, kTicks + 1).end(f, kTicks + 2);
  end_program();
  collect_and_die(GetParam());
  recover();
  EXPECT_EQ(calls(), (std::vector<std::string>{"START 1", "END 1"}));
  EXPECT_NE(last_line().find("\"record_type\":\"summary\""), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Instants, RecoveryTest,
                         testing::Values(Instant::kBeforeTheText, Instant::kWithinALine, Instant::kAfterALine,
                                         Instant::kAfterTheText));

TEST_F(RecoveryTest, TwoCollectorsNeverDrainOneSession) {
  OutputFile file = std::move(*OutputFile::open(output_, OutputFile::Mode::kAppend));
  writers::JsonlWriter writer(std::move(file));
  const auto writer_of = [&](std::uint32_t) { return &writer; };
  const auto first = Collector::adopt(session_->folder(), settings(), writer_of);
  ASSERT_TRUE(first.ok());
  const auto second = Collector::adopt(session_->folder(), settings(), writer_of);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().message, session_->folder() + ": its collector is at work");
  EXPECT_EQ(memo(session_->folder()), "GLIMPSE_LEVEL=INFO");
}

}  // namespace
}  // namespace glimpse::collector
