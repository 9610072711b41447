#include "collector/handed_policy.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <string>

#include "test/support/temporary_folder.h"

namespace glimpse::collector {
namespace {

TEST(HandedPolicy, IsTheLastOneWithThePathThatItCameFrom) {
  const TemporaryFolder session;
  ASSERT_TRUE(hand_policy_over(session.path(), "/etc/one.json", R"({"name": "one"})").ok());
  ASSERT_TRUE(hand_policy_over(session.path(), "/etc/two.json", "{\n\"name\": \"two\",\n\"trace_depth\": 7}\n").ok());
  const auto policy = policy_handed_over(session.path());
  ASSERT_TRUE(policy.ok());
  EXPECT_EQ(policy->path, "/etc/two.json");
  EXPECT_EQ(policy->name, "two");
  EXPECT_EQ(policy->trace_depth, 7u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(session.path()), {}), 1);
}

TEST(HandedPolicy, IsAnErrorWhereItIsNotThereOrWrong) {
  const TemporaryFolder session;
  EXPECT_FALSE(policy_handed_over(session.path()).ok());
  ASSERT_TRUE(hand_policy_over(session.path(), "/etc/one.json", R"({"nam": "one"})").ok());
  const auto policy = policy_handed_over(session.path());
  ASSERT_FALSE(policy.ok());
  EXPECT_TRUE(policy.error().message.starts_with("/etc/one.json:1:")) << policy.error().message;
  EXPECT_FALSE(hand_policy_over(session.file("gone"), "/etc/one.json", "{}").ok());
}

}  // namespace
}  // namespace glimpse::collector
