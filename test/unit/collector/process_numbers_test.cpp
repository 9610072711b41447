// Numbers of processes in namespaces, read from a /proc that the test has made.
#include "collector/process_numbers.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "test/support/temporary_folder.h"

namespace glimpse::collector {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kOurs = 4026531836;
constexpr std::uint64_t kContainers = 4026532001;

class ProcessNumbers : public testing::Test {
 protected:
  ProcessNumbers() { add("self", kOurs, "4711"); }

  void add(const std::string& name, std::uint64_t pid_namespace, const std::string& numbers) {
    fs::create_directories(proc_.path() + "/" + name + "/ns");
    fs::create_symlink("pid:[" + std::to_string(pid_namespace) + "]", proc_.path() + "/" + name + "/ns/pid");
    if (!numbers.empty()) {
      std::ofstream(proc_.path() + "/" + name + "/status") << "Name:\tapp\nNSpid:\t" << numbers << "\nVmPeak:\t1 kB\n";
    }
  }

  TemporaryFolder proc_;
};

TEST_F(ProcessNumbers, InOurNamespaceAProcessHasTheNumberItKnows) {
  EXPECT_EQ(number_here(17, kOurs, proc_.path()), 17);
  EXPECT_EQ(number_here(17, 0, proc_.path()), 17) << "not known: an older runtime, or no /proc there";
}

TEST_F(ProcessNumbers, TheFirstProcessOfAContainerIsNotOurs) {
  add("1", kOurs, "1");
  add("4800", kContainers, "4800 1");
  add("4801", kContainers, "4801 2");
  EXPECT_EQ(number_here(1, kContainers, proc_.path()), 4800);
  EXPECT_EQ(number_here(2, kContainers, proc_.path()), 4801);
}

TEST_F(ProcessNumbers, TwoContainersCountOnTheirOwn) {
  add("4800", kContainers, "4800 1");
  add("4900", kContainers + 1, "4900 1");
  EXPECT_EQ(number_here(1, kContainers + 1, proc_.path()), 4900);
}

TEST_F(ProcessNumbers, AProcessThatVanishesWhileItIsLookedAtHasNone) {
  add("4800", kContainers, "");  // its folder is still there, what is in it no more
  EXPECT_EQ(number_here(1, kContainers, proc_.path()), 0);
  EXPECT_EQ(number_here(1, kContainers, proc_.path() + "/no-such-folder"), 0);
}

TEST_F(ProcessNumbers, TheRealOneKnowsThisProcess) {
  EXPECT_NE(pid_namespace_of("/proc/self"), 0u);
  EXPECT_EQ(number_here(getpid(), pid_namespace_of("/proc/self")), getpid());
}

}  // namespace
}  // namespace glimpse::collector
