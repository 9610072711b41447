// Who may still announce itself in a session, as a /proc that the test has made tells it.
#include "collector/left_running.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include "test/support/temporary_folder.h"

namespace glimpse::collector {
namespace {

constexpr std::int64_t kLongAgo = std::numeric_limits<std::int64_t>::min() / 2;
constexpr std::int64_t kInAnAge = std::numeric_limits<std::int64_t>::max() / 2;
const std::string kSession = "/dev/shm/glimpse-0-17-abc";
const std::string kTold = std::string("HOME=/\0GLIMPSE_SESSION=", 23) + kSession + '\0';

class LeftRunningTest : public testing::Test {
 protected:
  void add_process(int pid, const std::string& maps, const std::string& environment, const std::string& state = "S",
                   const std::string& executable = "") {
    const std::string folder = proc_.path() + "/" + std::to_string(pid);
    std::filesystem::create_directories(folder);
    std::string stat = std::to_string(pid) + " (a) b) " + state;
    for (int field = 4; field < 22; ++field) stat += " 7";
    std::ofstream(folder + "/stat") << stat << " 100 7 7\n";
    std::ofstream(folder + "/maps") << "7f00-7f01 r--p 00000000 00:01 5 /usr/lib/libc.so.6\n" << maps;
    std::ofstream(folder + "/environ") << environment;
    if (!executable.empty()) std::filesystem::create_symlink(executable, folder + "/exe");
  }
  LeftRunning found(std::int64_t since_ns = kLongAgo) { return left_running(kSession, since_ns, {9}, proc_.path()); }

  TemporaryFolder proc_;
};

TEST_F(LeftRunningTest, AMachineWithoutAnySuchProcess) {
  EXPECT_EQ(found(), LeftRunning::kNone);
  add_process(5, "", "HOME=/");
  EXPECT_EQ(found(), LeftRunning::kNone);
}

TEST_F(LeftRunningTest, WhoeverWasForkedFromATracedProcessHasItsPages) {
  add_process(5, "7f02-7f03 rw-s 00000000 00:01 6 " + kSession + "/session\n", "");
  EXPECT_EQ(found(), LeftRunning::kTraced);
  EXPECT_EQ(found(kInAnAge), LeftRunning::kNone) << "older than the session";
}

TEST_F(LeftRunningTest, AnotherSessionIsNotThisOne) {
  add_process(5, "7f02-7f03 rw-s 00000000 00:01 6 " + kSession + "d/session\n",
              kTold.substr(0, kTold.size() - 1) + "d");
  EXPECT_EQ(found(), LeftRunning::kNone);
}

TEST_F(LeftRunningTest, KnownProcessesAreLeftOut) {
  add_process(9, "7f02-7f03 rw-s 00000000 00:01 6 " + kSession + "/session\n", kTold);
  EXPECT_EQ(found(), LeftRunning::kNone);
}

TEST_F(LeftRunningTest, AZombieHasEnded) {
  add_process(5, "7f02-7f03 rw-s 00000000 00:01 6 " + kSession + "/session\n", kTold, "Z");
  EXPECT_EQ(found(), LeftRunning::kNone);
}

TEST_F(LeftRunningTest, WhoeverWasToldButRunsNothingInstrumentedIsUnclear) {
  add_process(5, "", kTold, "S", "/bin/sleep");
  EXPECT_EQ(found(), LeftRunning::kUnclear);
  add_process(6, "", kTold, "S");
  EXPECT_EQ(found(), LeftRunning::kUnclear) << "its executable cannot be read";
}

TEST_F(LeftRunningTest, TheMostTellingOfSeveralCounts) {
  add_process(5, "7f02-7f03 rw-s 00000000 00:01 6 " + kSession + "/process-1\n", "");
  add_process(6, "", kTold, "S", "/bin/sleep");
  EXPECT_EQ(found(), LeftRunning::kTraced);
}

}  // namespace
}  // namespace glimpse::collector
