// test/policy_cases.txt, asked of the matcher that the collector and the command line use.
#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "policy/parser.h"

namespace glimpse::policy {
namespace {

// The columns of a line: two or more spaces separate them.
std::vector<std::string> columns(const std::string& line) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find("  ", at), line.size());
    out.push_back(line.substr(at, end - at));
    at = std::min(line.find_first_not_of(' ', end), line.size());
  }
  return out;
}

TEST(PolicyCases, EveryFunctionIsDecidedAsTheTableSays) {
  std::ifstream table(GLIMPSE_POLICY_TABLES "/policy_cases.txt");
  ASSERT_TRUE(table.is_open());
  std::optional<Policy> policy;
  int cases = 0;
  int captures = 0;
  std::string line;
  for (int number = 1; std::getline(table, line); ++number) {
    SCOPED_TRACE("policy_cases.txt:" + std::to_string(number) + ": " + line);
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with("policy ")) {
      Result<Policy> parsed = parse(line.substr(7), "policy");
      ASSERT_TRUE(parsed.ok()) << parsed.error().message;
      policy = std::move(parsed.value());
      continue;
    }
    ASSERT_TRUE(policy.has_value());
    ASSERT_TRUE(line.starts_with("+ ") || line.starts_with("- ") || line.starts_with("= "));
    const std::vector<std::string> column = columns(line.substr(2));
    ASSERT_TRUE(column.size() == 2 || column.size() == 3);
    std::string module = column[1];
    const bool binary = module.starts_with('[') && module.ends_with(']');
    if (binary) module = module.substr(1, module.size() - 2);
    const Function function{column[0], module, binary};
    const std::string by = column.size() == 3 ? column[2] : "";
    if (line[0] == '=') {
      EXPECT_EQ(policy->capture(function), (Capture{by.find("args") != by.npos, by.find("result") != by.npos}));
      ++captures;
      continue;
    }
    const Verdict verdict = policy->explain(function);
    EXPECT_EQ(verdict.recorded, line[0] == '+');
    EXPECT_EQ(verdict.key.empty() ? "" : std::string(verdict.key) + " " + std::string(verdict.pattern), by);
    EXPECT_EQ(policy->decide(function), verdict.recorded);
    ++cases;
  }
  EXPECT_GE(cases, 80);
  EXPECT_GE(captures, 10);
}

}  // namespace
}  // namespace glimpse::policy
