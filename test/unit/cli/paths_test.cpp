#include "cli/paths.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>

namespace glimpse::cli {
namespace {

class PathsTest : public testing::Test {
 protected:
  PathsTest() {
    std::string name = (std::filesystem::temp_directory_path() / "glimpse-paths-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~PathsTest() override { std::filesystem::remove_all(folder_); }

  std::string make(const std::string& name, bool executable) {
    const auto path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << "x";
    using std::filesystem::perms;
    std::filesystem::permissions(path, executable ? perms::owner_all : perms::owner_read | perms::owner_write);
    return path.string();
  }

  std::filesystem::path folder_;
};

TEST_F(PathsTest, TheLibraryIsFoundRelativeToTheTool) {
  const auto library = make(GLIMPSE_TEST_LIBDIR "/libglimpse.so", false);
  const auto found = library_of(folder_ / "bin" / "glimpse");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->string(), library);
}

TEST_F(PathsTest, AMissingLibraryIsNamed) {
  const auto found = library_of(folder_ / "bin" / "glimpse");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message.find((folder_ / GLIMPSE_TEST_LIBDIR "/libglimpse.so").string() + ": not found"), 0U);
}

TEST_F(PathsTest, OurLibraryIsLoadedFirstAndOnce) {
  EXPECT_EQ(preload_list("/l/g.so", ""), "/l/g.so");
  EXPECT_EQ(preload_list("/l/g.so", "a.so b.so"), "/l/g.so:a.so:b.so");
  EXPECT_EQ(preload_list("/l/g.so", "a.so:/l/g.so::b.so"), "/l/g.so:a.so:b.so");
}

TEST_F(PathsTest, AProgramIsSearchedInTheOrderOfPath) {
  make("one/other", true);
  const auto second = make("two/tool", true);
  make("three/tool", true);
  const std::string path =
      (folder_ / "one").string() + ":" + (folder_ / "two").string() + ":" + (folder_ / "three").string();
  EXPECT_EQ(find_program("tool", path).path, second);
  EXPECT_EQ(find_program("tool", path).problem, 0);
  EXPECT_EQ(find_program("nosuch", path).problem, ENOENT);
}

TEST_F(PathsTest, AFileThatCannotBeExecutedIsPassedOverForOneThatCan) {
  make("one/tool", false);
  const auto second = make("two/tool", true);
  EXPECT_EQ(find_program("tool", (folder_ / "one").string() + ":" + (folder_ / "two").string()).path, second);
  EXPECT_EQ(find_program("tool", (folder_ / "one").string()).problem, EACCES);
}

TEST_F(PathsTest, ANameWithASlashIsNotSearched) {
  const auto tool = make("tool", true);
  EXPECT_EQ(find_program(tool, "").problem, 0);
  EXPECT_EQ(find_program(folder_.string(), "").problem, EISDIR);
  EXPECT_EQ(find_program((folder_ / "no" / "tool").string(), "").problem, ENOENT);
  EXPECT_EQ(find_program("", "/bin").problem, ENOENT);
}

TEST_F(PathsTest, AStartThatFailsReadsAndExitsAsInAShell) {
  EXPECT_EQ(start_problem("nosuch", ENOENT).message, "nosuch: command not found");
  EXPECT_EQ(start_problem("nosuch", ENOENT).exit_status, 127);
  EXPECT_EQ(start_problem("./nosuch", ENOENT).message, "./nosuch: No such file or directory");
  EXPECT_EQ(start_problem("./x", EACCES).message, "./x: Permission denied");
  EXPECT_EQ(start_problem("./x", EACCES).exit_status, 126);
  EXPECT_EQ(start_problem("/etc", EISDIR).exit_status, 126);
  EXPECT_EQ(start_problem("/etc/passwd/x", ENOTDIR).exit_status, 127);
  EXPECT_EQ(start_problem(make("script", true), ENOENT).message,
            (folder_ / "script").string() + ": its interpreter or dynamic loader is not there");
}

}  // namespace
}  // namespace glimpse::cli
