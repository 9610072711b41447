// What `glimpse run` does around a program: the tool itself is started, with a collector that records nothing.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

namespace glimpse::cli {
namespace {

using Words = std::vector<std::string>;

class RunCommandTest : public testing::Test {
 protected:
  RunCommandTest() {
    std::string name = (std::filesystem::temp_directory_path() / "glimpse-run-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~RunCommandTest() override { std::filesystem::remove_all(folder_); }

  // Starts the tool in the folder, with standard streams in the files `out` and `err`. `prepare` runs in the child.
  pid_t start(const Words& words, const std::function<void()>& prepare = [] {}) {
    const pid_t pid = fork();
    if (pid != 0) return pid;
    if (chdir(folder_.c_str()) != 0) _exit(99);
    dup2(open("out", O_WRONLY | O_CREAT | O_APPEND, 0600), STDOUT_FILENO);
    dup2(open("err", O_WRONLY | O_CREAT | O_APPEND, 0600), STDERR_FILENO);
    prepare();
    std::vector<char*> arguments{const_cast<char*>("glimpse")};
    for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execv(GLIMPSE_FAKE_TOOL, arguments.data());
    _exit(98);
  }

  static int wait(pid_t pid) {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
  }

  int run(const Words& words, const std::function<void()>& prepare = [] {}) { return wait(start(words, prepare)); }

  int exit_status(const Words& words) {
    const int status = run(words);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::string text(const std::string& name) {
    std::ifstream stream(folder_ / name);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  // Until the program says so: tests wait for events, not for times.
  void wait_for_file(const std::string& name) {
    for (int patience = 60'000; patience > 0 && !std::filesystem::exists(folder_ / name); --patience) usleep(1000);
    EXPECT_TRUE(std::filesystem::exists(folder_ / name));
  }

  std::filesystem::path folder_;
};

TEST_F(RunCommandTest, TheExitStatusIsThePrograms) {
  EXPECT_EQ(exit_status({"run", "true"}), 0);
  EXPECT_EQ(exit_status({"run", "sh", "-c", "exit 3"}), 3);
}

TEST_F(RunCommandTest, AProgramKilledByASignalEndsTheToolByTheSameOneWithoutACore) {
  for (const int signal : {SIGKILL, SIGSEGV, SIGTERM, SIGPIPE}) {
    const int status = run({"run", "sh", "-c", "kill -" + std::to_string(signal) + " $$"}, [] {
      const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
      setrlimit(RLIMIT_CORE, &unlimited);
    });
    ASSERT_TRUE(WIFSIGNALED(status)) << signal;
    EXPECT_EQ(WTERMSIG(status), signal);
    EXPECT_FALSE(WCOREDUMP(status)) << signal;
  }
}

TEST_F(RunCommandTest, TheClosingLineCountsAndNamesTheSignal) {
  run({"run", "true"});
  EXPECT_EQ(text("err"), "glimpse: 12 345 records in glimpse.jsonl (1 process, 0 dropped)\n");
  run({"run", "sh", "-c", "kill -9 $$"});
  EXPECT_NE(text("err").find("(1 process, 0 dropped; ended by SIGKILL)"), std::string::npos) << text("err");
}

TEST_F(RunCommandTest, QuietSaysNothingOfASuccess) {
  run({"run", "--quiet", "true"});
  EXPECT_EQ(text("err"), "");
}

TEST_F(RunCommandTest, AProgramThatIsNotThereOrCannotBeExecutedReadsAsInAShell) {
  EXPECT_EQ(exit_status({"run", "no-such-program"}), 127);
  EXPECT_EQ(text("err"), "glimpse: no-such-program: command not found\n");
  EXPECT_EQ(exit_status({"run", "/"}), 126);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "glimpse.jsonl"));
}

TEST_F(RunCommandTest, AScriptWhoseInterpreterIsMissingIsFoundByTheExecThatFails) {
  std::ofstream(folder_ / "script") << "#!/no/such/interpreter\n";
  std::filesystem::permissions(folder_ / "script", std::filesystem::perms::owner_all);
  EXPECT_EQ(exit_status({"run", "./script"}), 127);
  EXPECT_EQ(text("err"), "glimpse: ./script: its interpreter or dynamic loader is not there\n");
}

TEST_F(RunCommandTest, AnOutputThatCannotBeOpenedStartsNothing) {
  EXPECT_EQ(exit_status({"run", "-o", "no/such/folder/x", "touch", "started"}), 2);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "started"));
}

TEST_F(RunCommandTest, AMalformedPolicyStartsNothing) {
  std::ofstream(folder_ / "glimpse-policy.json") << "{ \"version\": ";
  EXPECT_EQ(exit_status({"run", "touch", "started"}), 2);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "started"));
  EXPECT_NE(text("err").find("glimpse-policy.json:1:"), std::string::npos) << text("err");
}

TEST_F(RunCommandTest, TheFileStartsAnewUnlessAppendIsAsked) {
  run({"run", "true"});
  const auto once = text("glimpse.jsonl").size();
  run({"run", "true"});
  EXPECT_LT(text("glimpse.jsonl").size(), once + once / 2);
  run({"run", "--append", "true"});
  EXPECT_GT(text("glimpse.jsonl").size(), once + once / 2);
}

TEST_F(RunCommandTest, RecordsOnStandardOutputSendTheProgramsOutputToStandardError) {
  run({"run", "-q", "-o", "-", "--", "echo", "hello"});
  EXPECT_EQ(text("out").find("{\"record_type\":\"process\""), 0U);
  EXPECT_EQ(text("err"), "hello\n");
}

TEST_F(RunCommandTest, OtherwiseTheProgramsStreamsAreItsOwn) {
  run({"run", "-q", "echo", "hello"});
  EXPECT_EQ(text("out"), "hello\n");
}

TEST_F(RunCommandTest, AReaderThatLeavesHarmsNobody) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const pid_t pid = start({"run", "-o", "-", "--", "sh", "-c", "exit 5"}, [&] { dup2(ends[1], STDOUT_FILENO); });
  close(ends[0]);
  close(ends[1]);
  const int status = wait(pid);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 5);
  EXPECT_EQ(text("err").find("glimpse: the reader of standard output is gone; the program goes on"), 0U) << text("err");
}

TEST_F(RunCommandTest, SwitchedOffTheProgramRunsAlone) {
  const int status =
      run({"run", "sh", "-c", "echo $GLIMPSE_SESSION$LD_PRELOAD; exit 4"}, [] { setenv("GLIMPSE_ENABLED", "0", 1); });
  EXPECT_EQ(WEXITSTATUS(status), 4);
  EXPECT_EQ(text("out"), "\n");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "glimpse.jsonl"));
}

TEST_F(RunCommandTest, TheProgramFindsSessionAndLibraryInFrontOfWhatWasPreloaded) {
  run({"run", "-q", "sh", "-c", "echo $GLIMPSE_SESSION $LD_PRELOAD"}, [] { setenv("LD_PRELOAD", "libm.so.6", 1); });
  EXPECT_EQ(text("out").find("/fake/session /"), 0U) << text("out");
  EXPECT_TRUE(text("out").ends_with("libglimpse.so:libm.so.6\n")) << text("out");
}

// The program sees signals exactly as it would without the tool: bits of /proc/self/status.
TEST_F(RunCommandTest, MaskAndDispositionsAreThoseTheToolWasGiven) {
  const auto prepare = [] {
    struct sigaction ignored{};
    ignored.sa_handler = SIG_IGN;
    sigaction(SIGCHLD, &ignored, nullptr);
    sigaction(SIGUSR1, &ignored, nullptr);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    sigprocmask(SIG_SETMASK, &blocked, nullptr);
  };
  const int status = run({"run", "-q", "grep", "-E", "^Sig(Blk|Ign|Pnd)", "/proc/self/status"}, prepare);
  EXPECT_EQ(status, 0);
  const std::string traced = text("out");
  std::filesystem::remove(folder_ / "out");
  run({"run", "-q", "grep", "-E", "^Sig(Blk|Ign|Pnd)", "/proc/self/status"}, [&] {
    prepare();
    setenv("GLIMPSE_ENABLED", "0", 1);
  });
  EXPECT_EQ(traced, text("out"));
  EXPECT_NE(traced.find("SigBlk:\t0000000000000800"), std::string::npos) << traced;
}

TEST_F(RunCommandTest, ASignalSentToTheToolIsPassedOn) {
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGHUP, SIGRTMIN + 3}) {
    std::filesystem::remove(folder_ / "ready");
    const pid_t pid =
        start({"run", "-q", "sh", "-c",
               "trap 'exit 7' " + std::to_string(signal) + "; touch ready; while :; do sleep 0.01; done"});
    wait_for_file("ready");
    kill(pid, signal);
    const int status = wait(pid);
    ASSERT_TRUE(WIFEXITED(status)) << signal;
    EXPECT_EQ(WEXITSTATUS(status), 7) << signal;
  }
}

TEST_F(RunCommandTest, StoppingAndContinuingReachesTheProgram) {
  // In a process group of its own: the kernel discards SIGTSTP in a group without a parent in its session, as a test
  // may be run in.
  const pid_t pid = start({"run", "-q", "sh", "-c", "touch ready; while [ ! -e go ]; do sleep 0.01; done; exit 6"},
                          [] { setpgid(0, 0); });
  wait_for_file("ready");
  kill(pid, SIGTSTP);  // passed on; the tool then stops as the program did
  int status = 0;
  ASSERT_EQ(waitpid(pid, &status, WUNTRACED), pid);
  ASSERT_TRUE(WIFSTOPPED(status));
  std::ofstream(folder_ / "go") << "";
  kill(pid, SIGCONT);
  status = wait(pid);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 6);
}

TEST_F(RunCommandTest, WrongWordsAreAnsweredWithTheRightOnes) {
  EXPECT_EQ(exit_status({"rnu", "true"}), 2);
  EXPECT_EQ(exit_status({"run", "--polcy", "x", "true"}), 2);
  EXPECT_EQ(exit_status({"./app"}), 2);
  EXPECT_EQ(exit_status({"run"}), 2);
  EXPECT_NE(text("err").find("unknown command rnu (did you mean run?)"), std::string::npos) << text("err");
  EXPECT_NE(text("err").find("unknown option --polcy (did you mean --policy?)"), std::string::npos) << text("err");
  EXPECT_NE(text("err").find("did you mean `glimpse run ./app`?"), std::string::npos) << text("err");
}

}  // namespace
}  // namespace glimpse::cli
