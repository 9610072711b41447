#include "policy/coverage.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "policy/parser.h"

namespace glimpse::policy {
namespace {

Policy policy_of(const std::string& text) {
  Result<Policy> policy = parse(text, "p");
  EXPECT_TRUE(policy.ok()) << policy.error().message;
  return policy.ok() ? std::move(policy.value()) : Policy{};
}

// "package_trees app: app::f()", one for each entry that misses something, of a program with such functions.
std::vector<std::string> missing(const std::vector<std::string>& compiled_texts, const std::string& in_force_text) {
  std::vector<Policy> compiled;
  for (const std::string& text : compiled_texts) compiled.push_back(policy_of(text));
  const Policy in_force = policy_of(in_force_text);
  Coverage coverage(compiled, in_force);
  const std::vector<Function> program = {
      {"_start", "app", true},       {"frame_dummy", "app", true},         {"main", "app", true},
      {"core::f()", "core", false},  {"core::db::g()", "core::db", false}, {"net::h()", "net", false},
      {"std::sort()", "std", false}, {"net::asked()", "net", false, true},
  };
  for (const Function& function : program) coverage.see(function);
  std::vector<std::string> lines;
  for (const Coverage::Missing& miss : coverage.missing()) {
    const std::string entry =
        miss.entry != nullptr ? std::string(miss.entry->key) + " " + miss.entry->text : "everything";
    lines.push_back(entry + ": " + miss.example);
  }
  EXPECT_TRUE(!lines.empty() || !coverage.everything_is_doubtful() || coverage.open());
  return lines;
}

// By the entries alone.
std::size_t doubts(const std::string& compiled, const std::string& in_force) {
  const std::vector<Policy> policies = {policy_of(compiled)};
  const Policy later = policy_of(in_force);
  const Coverage coverage(policies, later);
  return coverage.doubtful_entries().size() + (coverage.everything_is_doubtful() ? 1 : 0);
}

using Lines = std::vector<std::string>;

TEST(Coverage, TheSameAndNarrowerPoliciesMissNothing) {
  const std::string wide = R"({"package_trees": ["core", "net"], "functions": ["main"]})";
  EXPECT_EQ(doubts(wide, wide), 0U);
  EXPECT_EQ(doubts(wide, R"({"package_trees": ["core::db"], "exact_modules": ["net", "core"]})"), 0U);
  EXPECT_EQ(doubts(wide, R"({"package_trees": ["core"], "exclude_modules": ["core::db"], "trace_depth": 50})"), 0U);
  EXPECT_EQ(doubts("{}", wide), 1U) << "a function may be the standard library's";
  EXPECT_EQ(doubts("{}", R"({"package_trees": ["core", "app"]})"), 0U);
  EXPECT_EQ(doubts(R"({"package_trees": ["*"]})", R"({"package_trees": ["std"], "exact_modules": ["c*"]})"), 0U);
  EXPECT_EQ(missing({"{}"}, wide), Lines{});
}

TEST(Coverage, WhatTheProgramHasAndNoCompiledPolicyAskedForIsMissing) {
  EXPECT_EQ(missing({R"({"package_trees": ["core::db"]})"}, R"({"package_trees": ["core", "net"]})"),
            (Lines{"package_trees core: core::f()", "package_trees net: net::h()"}));
  EXPECT_EQ(missing({R"({"exact_modules": ["core"]})"}, R"({"package_trees": ["core"]})"),
            Lines{"package_trees core: core::db::g()"});
  EXPECT_EQ(missing({R"({"package_trees": ["core"]})"}, R"({"functions": ["net::*", "core::*"]})"),
            Lines{"functions net::*: net::h()"});
  EXPECT_EQ(missing({"{}"}, R"({"package_trees": ["*"]})"), Lines{"package_trees *: std::sort()"});
}

TEST(Coverage, EntriesThatMeanNothingHereAreNoReasonToWarn) {
  EXPECT_EQ(doubts(R"({"package_trees": ["core"]})", R"({"package_trees": ["core", "elsewhere"]})"), 1U);
  EXPECT_EQ(missing({R"({"package_trees": ["core"]})"}, R"({"package_trees": ["core", "elsewhere"]})"), Lines{});
}

TEST(Coverage, WhatOnlyTheCompiledPolicyExcludesIsMissing) {
  const std::string compiled = R"({"package_trees": ["core"], "exclude_modules": ["core::db"]})";
  EXPECT_EQ(missing({compiled}, R"({"package_trees": ["core"]})"), Lines{"package_trees core: core::db::g()"});
  EXPECT_EQ(missing({compiled}, R"({"package_trees": ["core"], "exclude_modules": ["core::*"]})"), Lines{});
}

TEST(Coverage, EverythingIsMoreThanAnyEntry) {
  EXPECT_EQ(missing({R"({"package_trees": ["core", "app"]})"}, "{}"), Lines{"everything: net::h()"});
  EXPECT_EQ(missing({R"({"package_trees": ["core::db"]})"}, "{}"), Lines{"everything: main"})
      << "but what every program has is nobody's";
}

TEST(Coverage, FunctionsOutsideOfNamespacesWereKeptForAnyNameOfTheProgram) {
  EXPECT_EQ(missing({R"({"package_trees": ["core"]})"}, R"({"package_trees": ["core", "app"]})"), Lines{});
  EXPECT_EQ(missing({R"({"package_trees": ["core::db"]})"}, R"({"package_trees": ["core::db", "app"]})"),
            Lines{"package_trees app: main"});
}

TEST(Coverage, PartsOfAProgramMayHavePoliciesOfTheirOwn) {
  EXPECT_EQ(missing({R"({"package_trees": ["core"]})", R"({"package_trees": ["net"]})"},
                    R"({"package_trees": ["core", "net"]})"),
            Lines{});
}

}  // namespace
}  // namespace glimpse::policy
