#include "policy/wildcard.h"

#include <gtest/gtest.h>

namespace glimpse::policy {
namespace {

TEST(Wildcard, StarTakesAnyRunAndMayTakeNone) {
  EXPECT_TRUE(wildcard_match("*", ""));
  EXPECT_TRUE(wildcard_match("a*", "a"));
  EXPECT_TRUE(wildcard_match("a*c", "abbbc"));
  EXPECT_TRUE(wildcard_match("*b*d", "abcbd"));
  EXPECT_FALSE(wildcard_match("a*c", "abbb"));
  EXPECT_FALSE(wildcard_match("", "a"));
  EXPECT_TRUE(wildcard_match("", ""));
}

TEST(Wildcard, QuestionMarkTakesJustOneCharacter) {
  EXPECT_TRUE(wildcard_match("a?c", "abc"));
  EXPECT_FALSE(wildcard_match("a?c", "ac"));
  EXPECT_TRUE(wildcard_match("a?c", "a\u00e4c"));
  EXPECT_TRUE(wildcard_match("a?c", "a\U0001f600c"));
  EXPECT_TRUE(wildcard_match("a?c",
                             "a\xff"
                             "c"));  // no UTF-8: a byte is a character
}

TEST(Wildcard, SetsHoldCharactersRangesAndNegations) {
  EXPECT_TRUE(wildcard_match("[abc]x", "bx"));
  EXPECT_FALSE(wildcard_match("[abc]x", "dx"));
  EXPECT_TRUE(wildcard_match("v[0-9]", "v7"));
  EXPECT_FALSE(wildcard_match("v[0-9]", "va"));
  EXPECT_TRUE(wildcard_match("[!0-9]", "a"));
  EXPECT_FALSE(wildcard_match("[^0-9]", "5"));
  EXPECT_FALSE(wildcard_match("[!0-9]", ""));
  EXPECT_TRUE(wildcard_match("[]]", "]"));
  EXPECT_TRUE(wildcard_match("[!]]", "a"));
  EXPECT_TRUE(wildcard_match("[a-]", "-"));
  EXPECT_TRUE(wildcard_match("[*]", "*"));
  EXPECT_FALSE(wildcard_match("[*]", "a"));
  EXPECT_TRUE(wildcard_match("[[]", "["));
}

// With backtracking into every star this would outlive the machine.
TEST(Wildcard, ManyStarsCostNoMoreThanLengthTimesLength) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "a*";
  pattern += "b";
  EXPECT_FALSE(wildcard_match(pattern, std::string(20'000, 'a')));
  EXPECT_TRUE(wildcard_match(pattern, std::string(20'000, 'a') + "b"));
}

TEST(Wildcard, ErrorsSayWhatIsWrong) {
  EXPECT_EQ(wildcard_error("a*b?[c-e][!f]"), "");
  EXPECT_EQ(wildcard_error("a[b"), "\"[\" is never closed by \"]\"");
  EXPECT_EQ(wildcard_error("a[]"), "a set such as [a-z] must not be empty");
  EXPECT_EQ(wildcard_error("a[z-a]"), "the range \"z-a\" runs backwards");
  EXPECT_EQ(wildcard_error("["), "\"[\" is never closed by \"]\"");
  EXPECT_EQ(wildcard_error("[!"), "\"[\" is never closed by \"]\"");
}

}  // namespace
}  // namespace glimpse::policy
