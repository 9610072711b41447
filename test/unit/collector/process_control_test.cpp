#include "collector/process_control.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "collector/handed_policy.h"
#include "collector/session.h"
#include "test/support/fake_process.h"
#include "test/support/temporary_folder.h"

namespace glimpse::collector {
namespace {

using namespace std::chrono_literals;

// This very process is the traced one; nobody is its collector but where a test says so.
class ProcessControlTest : public testing::Test {
 protected:
  ProcessControlTest() : session_(create()) {}

  std::unique_ptr<Session> create(const Settings& settings = {}) {
    auto session = Session::create(spool_.path(), settings);
    if (!session.ok()) throw std::runtime_error(session.error().message);
    return std::move(*session);
  }

  static std::string file_in(const Session& session, int number = 1) {
    return session.folder() + "/" + wire::kProcessFilePrefix + std::to_string(number);
  }

  std::unique_ptr<ProcessControl> find() {
    auto control = ProcessControl::find(getpid(), spool_.path());
    if (!control.ok()) throw std::runtime_error(control.error().message);
    return std::move(*control);
  }

  std::string why_not(pid_t pid) {
    const auto control = ProcessControl::find(pid, spool_.path());
    return control.ok() ? "found" : control.error().message;
  }

  TemporaryFolder spool_;
  std::unique_ptr<Session> session_;
  wire::FakeProcess process_{file_in(*session_), {.pid = static_cast<std::uint32_t>(getpid())}};
};

// Does what is asked for once it is, as a collector would.
class Answer {
 public:
  Answer(std::atomic<std::uint32_t>& wanted, std::atomic<std::uint32_t>& done)
      : thread_([&wanted, &done, before = wanted.load()] {
          while (wanted.load() == before) std::this_thread::sleep_for(1ms);
          done.store(wanted.load());
        }) {}
  ~Answer() { thread_.join(); }

 private:
  std::thread thread_;
};

TEST_F(ProcessControlTest, SwitchesRecordingInTheProcessAndItsRings) {
  process_.claim_ring(1, "main");
  process_.header().policy_depth = 7;
  const auto control = find();
  EXPECT_TRUE(control->status().recording);
  control->set_recording(false);
  EXPECT_FALSE(control->status().recording);
  EXPECT_EQ(process_.header().recording.load(), 0u);
  EXPECT_EQ(process_.header().depth_limit.load(), 0u);
  EXPECT_EQ(process_.ring(0).depth_limit.load(), 0u);
  control->set_recording(true);
  EXPECT_EQ(process_.header().depth_limit.load(), 7u);
  EXPECT_EQ(process_.ring(0).depth_limit.load(), 7u);
}

TEST_F(ProcessControlTest, AFlushWaitsUntilItIsDoneOrTheTimeIsOver) {
  const auto control = find();
  const auto late = control->flush(1ms);
  ASSERT_TRUE(late.ok()) << late.error().message;
  EXPECT_FALSE(*late);
  EXPECT_EQ(process_.header().flush_wanted.load(), 1u) << "what was asked for goes on";
  const Answer answer(process_.header().flush_wanted, process_.header().flush_done);
  const auto done = control->flush(60s);
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_TRUE(*done);
}

TEST_F(ProcessControlTest, NobodyWaitsForACollectorThatIsGone) {
  session_->header().collector_state = wire::CollectorState::kGone;
  const auto control = find();
  const auto flushed = control->flush(60s);
  ASSERT_FALSE(flushed.ok());
  EXPECT_NE(flushed.error().message.find("glimpse recover"), std::string::npos) << flushed.error().message;
  EXPECT_FALSE(control->set_policy("/etc/one.json", "{}", 60s).ok());
  EXPECT_EQ(control->status().collector, 0);
}

TEST_F(ProcessControlTest, ThereIsASnapshotOfAFlightRecorderOnly) {
  const auto control = find();
  ASSERT_FALSE(control->snapshot(1ms).ok());
  EXPECT_EQ(process_.header().snapshot_wanted.load(), 0u);
  session_->header().overflow = wire::OverflowMode::kOverwrite;
  const Answer answer(process_.header().snapshot_wanted, process_.header().snapshot_done);
  const auto done = control->snapshot(60s);
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_TRUE(*done);
}

TEST_F(ProcessControlTest, APolicyIsHandedOverBeforeItIsAskedFor) {
  const auto control = find();
  const Answer answer(session_->header().policy_wanted, session_->header().policy_done);
  const auto done = control->set_policy("/etc/one.json", R"({"name": "one"})", 60s);
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_TRUE(*done);
  const auto policy = policy_handed_over(session_->folder());
  ASSERT_TRUE(policy.ok());
  EXPECT_EQ(policy->name, "one");
}

TEST_F(ProcessControlTest, CountsWhatIsThereWaitsAndWasLost) {
  process_.claim_ring(1, "main");
  process_.claim_ring(1, "main", 1);
  process_.claim_ring(2, "worker");
  process_.ring(0).head = 5;
  process_.ring(0).tail = 2;
  process_.ring(2).lost_starts = 3;
  process_.header().read_calls = 11;
  process_.header().lost_functions = 4;
  const ProcessControl::Status status = find()->status();
  EXPECT_EQ(status.session, session_->folder());
  EXPECT_EQ(status.executable, "/opt/shop/till");
  EXPECT_EQ(status.threads, 2u) << "a handler's lane is no thread";
  EXPECT_EQ(status.queued_words, 3u);
  EXPECT_EQ(status.read_calls, 11u);
  EXPECT_EQ(status.lost_calls, 7u);
  EXPECT_FALSE(status.patches_excluded);
}

TEST_F(ProcessControlTest, AfterExecItIsTheProgramThatRunsNow) {
  process_.exiting(0);
  wire::FakeProcess now{file_in(*session_, 2), {.pid = static_cast<std::uint32_t>(getpid()), .executable = "/bin/now"}};
  EXPECT_EQ(find()->status().executable, "/bin/now");
}

TEST_F(ProcessControlTest, SaysWhyThereIsNone) {
  const pid_t gone = fork();
  if (gone == 0) _exit(0);
  ASSERT_EQ(waitpid(gone, nullptr, 0), gone);
  EXPECT_EQ(why_not(gone), "there is no process " + std::to_string(gone));
  EXPECT_EQ(why_not(0), "there is no process 0");
  EXPECT_NE(why_not(getppid()).find("process " + std::to_string(getppid())), std::string::npos);
  EXPECT_NE(why_not(getppid()), "found");
  process_.exiting(0);
  EXPECT_NE(why_not(getpid()).find("is not traced"), std::string::npos);
}

TEST_F(ProcessControlTest, DoesNotChooseBetweenTwoSessions) {
  const auto other = create();
  const wire::FakeProcess same{file_in(*other), {.pid = static_cast<std::uint32_t>(getpid())}};
  EXPECT_NE(why_not(getpid()).find("is in more than one session: "), std::string::npos) << why_not(getpid());
}

}  // namespace
}  // namespace glimpse::collector
