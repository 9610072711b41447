// What the table of cases cannot say: verdicts, unmatched entries, and what size costs.
#include "policy/matcher.h"

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

TEST(Matcher, AVerdictNamesKeyEntryAndLine) {
  const Policy policy = policy_of("{\n\"package_trees\": [\"lib\",\n\"a*\"],\n\"exclude_functions\": [\"app::f\"]}");
  const Verdict in = policy.explain({"app::g()", "app", false});
  EXPECT_TRUE(in.recorded);
  EXPECT_EQ(in.key, "package_trees");
  EXPECT_EQ(in.pattern, "a*");
  EXPECT_EQ(in.line, 3u);
  EXPECT_EQ(in.reason, Reason::kIncluded);
  const Verdict out = policy.explain({"app::f()", "app", false});
  EXPECT_FALSE(out.recorded);
  EXPECT_EQ(out.key, "exclude_functions");
  EXPECT_EQ(out.line, 4u);
  EXPECT_EQ(out.reason, Reason::kExcluded);
  const Verdict none = policy.explain({"other::f()", "other", false});
  EXPECT_FALSE(none.recorded);
  EXPECT_EQ(none.key, "");
  EXPECT_EQ(none.line, 0u);
  EXPECT_EQ(none.reason, Reason::kNotIncluded);
}

TEST(Matcher, WhatTheSourceAsksForIsRecordedWhateverThePolicySays) {
  const Policy policy = policy_of("{\"package_trees\": [\"lib\"], \"exclude_functions\": [\"app::f\"]}");
  const Verdict verdict = policy.explain({"app::f()", "app", false, true});
  EXPECT_TRUE(verdict.recorded);
  EXPECT_EQ(verdict.reason, Reason::kAsked);
  EXPECT_EQ(verdict.key, "");
}

TEST(Matcher, TheBuiltInPolicyGivesItsReasons) {
  const Policy policy = built_in_policy();
  EXPECT_EQ(policy.explain({"app::f()", "app", false}).reason, Reason::kEverything);
  EXPECT_EQ(policy.explain({"std::sort()", "std", false}).reason, Reason::kStandardLibrary);
}

TEST(Matcher, EntriesThatMatchNothingAreFound) {
  const Policy policy = policy_of(R"({"exact_modules": ["app", "gone"], "package_trees": ["app", "a*::gone"],
      "exclude_modules": ["x"], "functions": ["app::f", "app::gone"], "exclude_functions": ["*::g"]})");
  const std::vector<Function> functions = {{"app::f(int)", "app", false}, {"main", "x", true}};
  std::vector<std::string> names;
  for (const Pattern* pattern : unmatched(policy, functions))
    names.push_back(std::string(pattern->key) + " " + pattern->text);
  EXPECT_EQ(names, (std::vector<std::string>{"exact_modules gone", "package_trees a*::gone", "functions app::gone",
                                             "exclude_functions *::g"}));
}

// An entry that another one overrules is not one that matches nothing.
TEST(Matcher, AnOverruledEntryCountsAsMatching) {
  const Policy policy = policy_of(R"({"package_trees": ["app"], "exclude_modules": ["app"], "functions": ["app::f"]})");
  const std::vector<Function> functions = {{"app::f(int)", "app", false}};
  EXPECT_TRUE(unmatched(policy, functions).empty());
}

TEST(Matcher, AModulePatternsWordStandsInEverySymbolThatCanMatch) {
  const auto word = [](const char* text) { return std::string(word_of(compile_module_pattern(text).value())); };
  EXPECT_EQ(word("app::database"), "database");
  EXPECT_EQ(word("app.database"), "database");
  EXPECT_EQ(word("serv*::x"), "serv");
  EXPECT_EQ(word("a[bcdefgh]i::jk"), "jk") << "a set is no word";
  EXPECT_EQ(word("a?[xyz][uvw]longer"), "longer") << "nor are two";
  EXPECT_EQ(word("std::pmr"), "pmr") << "symbols write St";
  EXPECT_EQ(word("*t*"), "");
  EXPECT_EQ(word("*"), "");
  EXPECT_EQ(word("app::(anonymous namespace)"), "") << "symbols write _GLOBAL__N_1";
}

TEST(Matcher, UseKnowsWhenEveryEntryHasMatched) {
  const Policy policy = policy_of(R"({"version": "1.0", "exact_modules": ["a", "b"]})");
  PatternUse use(policy);
  use.see({"a::f()", "a"});
  use.see({"a::g()", "a"});
  EXPECT_FALSE(use.all_matched());
  use.see({"b::f()", "b"});
  EXPECT_TRUE(use.all_matched());
}

TEST(Matcher, WithoutFunctionsNothingMatches) {
  EXPECT_EQ(unmatched(policy_of(R"({"package_trees": ["app"]})"), {}).size(), 1u);
}

// One after another these would take minutes if a pattern were compiled, or a star tried in every way, at each
// question.
TEST(Matcher, AMillionFunctionsAndHostilePatternsAreDecided) {
  const Policy policy =
      policy_of(R"json({"exclude_modules": ["x*x*x*x*x*x*x*x*x*y"], "exact_modules": ["app::*", "lib[a-z]*::?"],
      "functions": ["*a*a*a*a*a*a*a*a*b(*)", "app::f"]})json");
  const std::string module(200, 'x');
  const std::string hostile = module + "::" + std::string(500, 'a') + "()";
  std::size_t recorded = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    recorded += policy.decide({i % 100 == 0 ? hostile : "void app::f<int>(std::vector<int, std::allocator<int> >)",
                               i % 100 == 0 ? module : "app", false});
  }
  EXPECT_EQ(recorded, 990'000u);
}

}  // namespace
}  // namespace glimpse::policy
