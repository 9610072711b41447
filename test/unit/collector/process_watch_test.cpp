// Whether a process is dead, as the kernel and a /proc that the test has made tell it.
#include "collector/process_watch.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include "test/support/temporary_folder.h"

namespace glimpse::collector {
namespace {

constexpr std::int64_t kLongAgo = 1;
constexpr std::int64_t kInAnAge = std::numeric_limits<std::int64_t>::max() / 2;

class ProcessWatchTest : public testing::Test {
 protected:
  // This very process, as /proc/PID/stat has it: began `ticks` after the machine.
  void say(const std::string& text) {
    std::filesystem::create_directories(folder());
    std::ofstream(folder() + "/stat") << text;
  }
  std::string began(const std::string& ticks, const std::string& name = "app") {
    std::string text = std::to_string(getpid()) + " (" + name + ") S";
    for (int field = 4; field < 22; ++field) text += " 7";
    return text + " " + ticks + " 7 7\n";
  }
  bool dead(std::int64_t start_ns) { return ProcessWatch(getpid(), start_ns, proc_.path()).dead(); }

  std::string folder() const { return proc_.path() + "/" + std::to_string(getpid()); }
  TemporaryFolder proc_;
};

TEST_F(ProcessWatchTest, AProcessThatBeganBeforeItWasSeenIsTheOneThatIsMeant) {
  say(began("100"));
  EXPECT_FALSE(dead(kInAnAge));
}

TEST_F(ProcessWatchTest, AYoungerProcessWithTheNumberOfAnotherMeansThatTheOtherIsDead) {
  say(began("99999999999"));
  EXPECT_TRUE(dead(kLongAgo));
}

TEST_F(ProcessWatchTest, ACommandsNameMayHoldAnything) {
  say(began("99999999999", "a) S 1 (b"));
  EXPECT_TRUE(dead(kLongAgo));
}

TEST_F(ProcessWatchTest, AProcessThatVanishesWhileItIsLookedAtIsNoFailure) {
  EXPECT_FALSE(dead(kLongAgo)) << "no folder: the descriptor will tell";
  std::filesystem::create_directories(folder());
  EXPECT_FALSE(dead(kLongAgo)) << "no file";
  say("");
  EXPECT_FALSE(dead(kLongAgo)) << "nothing in it";
  say("4711 (app");
  EXPECT_FALSE(dead(kLongAgo)) << "cut in its name";
  say("4711 (app) S 1 2");
  EXPECT_FALSE(dead(kLongAgo)) << "cut behind it";
  std::filesystem::remove(folder() + "/stat");
  std::filesystem::create_directory(folder() + "/stat");  // opens, and cannot be read: as a process that has just gone
  EXPECT_FALSE(dead(kLongAgo));
}

TEST_F(ProcessWatchTest, OneWhoseNumberIsGoneIsDead) {
  EXPECT_TRUE(ProcessWatch(0, kInAnAge).dead()) << "never had one here";
  const pid_t child = fork();
  if (child == 0) _exit(0);
  const ProcessWatch watch(child, kInAnAge);
  siginfo_t ended{};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_TRUE(watch.dead()) << "a zombie does nothing more";
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(watch.dead());
  EXPECT_TRUE(ProcessWatch(child, kInAnAge).dead());
}

}  // namespace
}  // namespace glimpse::collector
