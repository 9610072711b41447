#include "policy/compile_time.h"

#include <gtest/gtest.h>

#include <string>

#include "policy/parser.h"

namespace glimpse::policy {
namespace {

Policy policy(const std::string& text) {
  Result<Policy> parsed = parse(text, "policy");
  EXPECT_TRUE(parsed.ok()) << parsed.error().message;
  return std::move(parsed.value());
}

TEST(CompileTime, AFunctionOutsideNamespacesIsKeptWhereAnEntryCouldNameItsBinary) {
  const Policy names_one = policy(R"({"exact_modules": ["ninja", "net::http"]})");
  EXPECT_TRUE(explain_outside_namespaces(names_one, "main", "").recorded);
  EXPECT_EQ(explain_outside_namespaces(names_one, "main", "").pattern, "ninja");
  EXPECT_TRUE(explain_outside_namespaces(names_one, "main", "ninja").recorded);
  EXPECT_FALSE(explain_outside_namespaces(names_one, "main", "make").recorded);

  const Policy names_none = policy(R"({"package_trees": ["net::http"], "functions": ["start"]})");
  EXPECT_FALSE(explain_outside_namespaces(names_none, "main", "").recorded);
  EXPECT_TRUE(explain_outside_namespaces(names_none, "start", "").recorded);

  EXPECT_TRUE(explain_outside_namespaces(policy("{}"), "main", "").recorded);
  EXPECT_FALSE(explain_outside_namespaces(policy(R"({"exclude_functions": ["main"]})"), "main", "").recorded);
  EXPECT_FALSE(explain_outside_namespaces(policy(R"({"exclude_modules": ["*"]})"), "main", "").recorded);
  EXPECT_TRUE(explain_outside_namespaces(policy(R"({"exclude_modules": ["libz"]})"), "main", "").recorded);
}

TEST(CompileTime, CLinkageInANamespaceIsKeptAsOutsideOfIt) {
  const Policy binary = policy(R"({"exact_modules": ["myapp"]})");
  EXPECT_FALSE(explain_unlinked(binary, "app::f()", "app", false).recorded);
  EXPECT_TRUE(explain_unlinked(binary, "f", "app", true).recorded);
  EXPECT_FALSE(explain_unlinked(policy(R"({"exact_modules": ["a::b"]})"), "f", "app", true).recorded);
}

TEST(CompileTime, ANamespaceIsPassedOverOnlyWhereNothingBelowItCanBeRecorded) {
  EXPECT_FALSE(may_record_below(policy("{}"), "std"));
  EXPECT_FALSE(may_record_below(policy("{}"), "std::filesystem"));
  EXPECT_TRUE(may_record_below(policy("{}"), "boost"));

  const Policy trees = policy(R"({"package_trees": ["app::db", "*::detail"], "exact_modules": ["net::http"]})");
  EXPECT_TRUE(may_record_below(trees, "app"));
  EXPECT_TRUE(may_record_below(trees, "app::db"));
  EXPECT_TRUE(may_record_below(trees, "app::db::sql"));
  EXPECT_FALSE(may_record_below(trees, "app::ui"));
  EXPECT_TRUE(may_record_below(trees, "std"));  // std::detail
  EXPECT_FALSE(may_record_below(trees, "std::chrono"));
  EXPECT_TRUE(may_record_below(trees, "net"));
  EXPECT_TRUE(may_record_below(trees, "net::http"));
  EXPECT_FALSE(may_record_below(trees, "net::http::v2"));
  EXPECT_TRUE(may_record_below(trees, "app::(anonymous namespace)"));

  const Policy functions = policy(R"({"functions": ["std::sort", "app::Box<int>::get", "lib*::run"]})");
  EXPECT_TRUE(may_record_below(functions, "std"));
  EXPECT_FALSE(may_record_below(functions, "std::chrono"));
  EXPECT_TRUE(may_record_below(functions, "app"));
  EXPECT_TRUE(may_record_below(functions, "libx::y"));
  EXPECT_FALSE(may_record_below(functions, "boost"));
  EXPECT_TRUE(may_record_below(policy(R"({"functions": ["*parse*"]})"), "std"));

  EXPECT_FALSE(may_record_below(policy(R"({"exclude_modules": ["gen"]})"), "gen::deep"));
  EXPECT_TRUE(may_record_below(policy(R"({"package_trees": ["std::filesystem"]})"), "std"));
}

}  // namespace
}  // namespace glimpse::policy
