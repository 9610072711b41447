#include "policy/parser.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "policy/sha256.h"

namespace glimpse::policy {
namespace {

TEST(PolicyParser, TheContractsExampleIsUnderstood) {
  const std::string text = R"({ "version": "1.0", "name": "my_policy",
  "exact_modules": ["mylib", "net::http"],
  "package_trees": ["myapp", "services::*"],
  "trace_depth": 7 })";
  const Report report = check(text, "p.json");
  ASSERT_TRUE(report.errors.empty());
  EXPECT_TRUE(report.warnings.empty());
  const Policy& policy = report.policy;
  EXPECT_EQ(policy.path, "p.json");
  EXPECT_EQ(policy.sha256, sha256_hex(text));
  EXPECT_EQ(policy.name, "my_policy");
  EXPECT_EQ(policy.version, "1.0");
  EXPECT_EQ(policy.trace_depth, 7u);
  ASSERT_EQ(policy.exact_modules.size(), 2u);
  EXPECT_EQ(policy.exact_modules[1].text, "net::http");
  EXPECT_EQ(policy.exact_modules[1].key, "exact_modules");
  EXPECT_EQ(policy.exact_modules[1].line, 2u);
  EXPECT_EQ(policy.exact_modules[1].column, 30u);
  ASSERT_EQ(policy.package_trees.size(), 2u);
  EXPECT_TRUE(policy.package_trees[1].wildcard);
}

TEST(PolicyParser, TraceDepthIsFiveUnlessSaidOtherwise) {
  EXPECT_EQ(parse("{}", "p").value().trace_depth, 5u);
  EXPECT_EQ(parse(R"({"trace_depth": 1})", "p").value().trace_depth, 1u);
  EXPECT_EQ(parse(R"({"trace_depth": 4095})", "p").value().trace_depth, 4095u);
  EXPECT_EQ(parse(R"({"trace_depth": "unlimited"})", "p").value().trace_depth, kUnlimitedDepth);
}

// The examples of docs/policy.md are what users copy: policies without a warning, and messages as they are.
TEST(PolicyParser, TheExamplesOfTheDocumentationHold) {
  std::ifstream page(GLIMPSE_POLICY_TABLES "/../docs/policy.md");
  std::ifstream table(GLIMPSE_POLICY_TABLES "/policy_errors.txt");
  const std::string errors{std::istreambuf_iterator<char>(table), {}};
  std::string fence;
  std::string block;
  int policies = 0;
  int messages = 0;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```")) {
      if (fence == "```json") {
        const Report report = check(block, "example");
        EXPECT_TRUE(report.errors.empty() && report.warnings.empty()) << block;
        ++policies;
      }
      fence = fence.empty() ? line : "";
      block.clear();
    } else if (fence == "```") {
      EXPECT_NE(errors.find("\n" + line + "\n"), std::string::npos) << line;
      ++messages;
    } else {
      block += line + "\n";
    }
  }
  EXPECT_EQ(policies, 4);
  EXPECT_EQ(messages, 5);
}

TEST(PolicyParser, LongTextIsCutInMessages) {
  const Result<Policy> parsed = parse("{\"" + std::string(5000, 'k') + "\": 1}", "p");
  ASSERT_FALSE(parsed.ok());
  EXPECT_LT(parsed.error().message.size(), 300u);
  const Result<Policy> depth = parse("{\"trace_depth\": " + std::string(5000, '9') + "}", "p");
  ASSERT_FALSE(depth.ok());
  EXPECT_LT(depth.error().message.size(), 300u);
}

TEST(PolicyParser, MessagesStayOneLine) {
  const Result<Policy> parsed = parse("{\"a\\nb\\u001b[31m\": 1}", "p");
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().message.find_first_of("\n\x1b"), std::string::npos);
}

TEST(PolicyParser, FilesBeyondFourMebibytesAreRefused) {
  const std::string text = "{}" + std::string(kMaxPolicyBytes - 2, ' ');
  EXPECT_TRUE(parse(text, "p").ok());
  EXPECT_EQ(parse(text + " ", "p").error().message, "p:1:1: the file is larger than 4 MiB; that is no policy");
}

class PolicyFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "glimpse-policy-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { ASSERT_EQ(std::system(("rm -rf '" + folder_ + "'").c_str()), 0); }

  std::string folder_;
};

TEST_F(PolicyFile, IsLoadedWithItsChecksum) {
  const std::string path = folder_ + "/p.json";
  std::ofstream(path) << "{\"name\": \"x\"}\n";
  const Result<Policy> policy = load(path);
  ASSERT_TRUE(policy.ok()) << policy.error().message;
  EXPECT_EQ(policy->path, path);
  EXPECT_EQ(policy->name, "x");
  EXPECT_EQ(policy->sha256, sha256_hex("{\"name\": \"x\"}\n"));
}

TEST_F(PolicyFile, ThatCannotBeReadIsNamed) {
  const std::string missing = folder_ + "/none.json";
  EXPECT_EQ(load(missing).error().message, missing + ": cannot read the policy: No such file or directory");
  EXPECT_EQ(load(folder_).error().message, folder_ + ": cannot read the policy: Is a directory");
}

TEST_F(PolicyFile, ThatNeverEndsIsRefused) {
  EXPECT_EQ(load("/dev/zero").error().message, "/dev/zero:1:1: the file is larger than 4 MiB; that is no policy");
}

}  // namespace
}  // namespace glimpse::policy
