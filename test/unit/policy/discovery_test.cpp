#include "policy/discovery.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace glimpse::policy {
namespace {

namespace fs = std::filesystem;

// Folders a/b/c and tool/bin below a new one; policies are named after where they stand.
class Discovery : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "glimpse-discovery-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    fs::create_directories(root_ / "a/b/c");
    fs::create_directories(root_ / "tool/bin");
  }
  void TearDown() override { fs::remove_all(root_); }

  std::string at(const std::string& below) const { return (root_ / below).string(); }
  void write(const std::string& folder, const std::string& text) {
    std::ofstream(root_ / folder / kPolicyFileName) << text;
  }
  void write_named(const std::string& folder) { write(folder, "{\"name\": \"" + folder + "\"}"); }

  fs::path root_;
};

TEST_F(Discovery, TheNearestFileUpwardsIsFound) {
  write_named("a");
  EXPECT_EQ(discover("", {at("a/b/c")})->name, "a");
  write_named("a/b");
  const Result<Policy> policy = discover("", {at("a/b/c")});
  ASSERT_TRUE(policy.ok());
  EXPECT_EQ(policy->name, "a/b");
  EXPECT_EQ(policy->path, at("a/b/glimpse-policy.json"));
}

TEST_F(Discovery, TheFirstFolderComesBeforeTheSecond) {
  write_named("tool");
  EXPECT_EQ(discover("", {at("a/b"), at("tool/bin")})->name, "tool");
  write_named("a");
  EXPECT_EQ(discover("", {at("a/b"), at("tool/bin")})->name, "a");
}

TEST_F(Discovery, RelativeAndUntidyFoldersAreUnderstood) {
  write_named("a");
  EXPECT_EQ(discover("", {at("tool/../a/./b/c/")})->name, "a");
  const fs::path before = fs::current_path();
  fs::current_path(root_ / "a/b");
  EXPECT_EQ(discover("", {"."})->name, "a");
  EXPECT_EQ(discover("", {"c"})->name, "a");
  fs::current_path(before);
}

TEST_F(Discovery, ANamedFileIsTakenAndNothingElse) {
  write_named("a");
  write_named("tool");
  EXPECT_EQ(discover(at("tool/glimpse-policy.json"), {at("a")})->name, "tool");
  const std::string missing = at("a/none.json");
  EXPECT_EQ(discover(missing, {at("a")}).error().message,
            missing + ": cannot read the policy: No such file or directory");
}

TEST_F(Discovery, WhereNoneIsFoundTheBuiltInPolicyHolds) {
  const Result<Policy> policy = discover("", {at("a/b/c"), ""});
  ASSERT_TRUE(policy.ok());
  EXPECT_EQ(policy->path, "");
  EXPECT_EQ(policy->trace_depth, 5u);
  EXPECT_TRUE(policy->decide({"app::f()", "app", false}));
  EXPECT_FALSE(policy->decide({"std::sort()", "std", false}));
}

TEST_F(Discovery, AFoundFileWithAnErrorIsNotPassedOver) {
  write_named("a");
  write("a/b", "{");
  const std::string path = at("a/b/glimpse-policy.json");
  EXPECT_EQ(discover("", {at("a/b/c")}).error().message, path + ":1:1: this \"{\" is never closed by \"}\"");
}

TEST_F(Discovery, AFoundFileThatCannotBeReadIsNamed) {
  write_named("a");
  const fs::path path = root_ / "a/b/glimpse-policy.json";
  fs::create_directory(path);
  EXPECT_EQ(discover("", {at("a/b")}).error().message, path.string() + ": cannot read the policy: Is a directory");
  fs::remove(path);
  fs::create_symlink("nowhere", path);
  EXPECT_EQ(discover("", {at("a/b")}).error().message,
            path.string() + ": cannot read the policy: No such file or directory");
  fs::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(discover("", {at("a/b")}).error().message, path.string() + ": cannot read the policy: not a regular file");
  if (::geteuid() == 0) return;  // root reads everything
  fs::remove(path);
  write_named("a/b");
  fs::permissions(path, fs::perms::none);
  EXPECT_EQ(discover("", {at("a/b")}).error().message, path.string() + ": cannot read the policy: Permission denied");
}

}  // namespace
}  // namespace glimpse::policy
