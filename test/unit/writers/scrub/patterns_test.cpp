#include "writers/scrub/patterns.h"

#include <gtest/gtest.h>

#include <string>

#include "writers/scrub/scrubber.h"

namespace glimpse::writers::scrub {
namespace {

std::string scrubbed(std::string_view patterns, std::string_view text) {
  const auto parsed = Patterns::parse(patterns, "p.txt");
  if (!parsed) return parsed.error().message;
  Scrubber scrubber(*parsed);
  const std::string once(scrubber.scrub(text));
  EXPECT_EQ(scrubber.scrub(once), once);
  return once;
}

std::string problem(std::string_view patterns) {
  const auto parsed = Patterns::parse(patterns, "p.txt");
  return parsed ? "" : parsed.error().message;
}

TEST(Patterns, TheirNamesStandInThePlaceOfWhatTheyMatch) {
  EXPECT_EQ(scrubbed("# numbers\n\nCUSTOMER = C-[0-9]{8}\n", "C-12345678 and C-1 and C-87654321"),
            "[CUSTOMER] and C-1 and [CUSTOMER]");
  EXPECT_EQ(scrubbed("A = a+\r\nB=b\\.", "aab.b"), "[A][B]b");
}

TEST(Patterns, OurOwnRulesHoldBesides) {
  EXPECT_EQ(scrubbed("CUSTOMER = C-[0-9]+", "C-1 at jane@example.com, password=C-2"),
            "[CUSTOMER] at [EMAIL], password=[REDACTED_SECRET]");
}

TEST(Patterns, PlaceholdersAreNeverMatched) {
  EXPECT_EQ(scrubbed("CAPITALS = [A-Z]+\nEM = EM", "jane@example.com ABC EM"), "[EMAIL] [CAPITALS] [CAPITALS]");
}

TEST(Patterns, AnchorsMeanTheText) {
  EXPECT_EQ(scrubbed("FIRST = ^a", "aaa"), "[FIRST]aa");
  EXPECT_EQ(scrubbed("WORD = \\bab\\b", "ab abab ab"), "[WORD] abab [WORD]");
}

TEST(Patterns, LongTextsAreScrubbedToTheirEnds) {
  std::string text;
  std::string expected;
  while (text.size() < 100'000) {
    text += "x C-12345678 ü";
    expected += "x [CUSTOMER] ü";
  }
  EXPECT_EQ(scrubbed("CUSTOMER = C-[0-9]{8}", text), expected);
}

// Each search could look to the end of the text: found one by one, that were quadratic.
TEST(Patterns, NoExpressionTakesMoreThanLinearWork) {
  const std::string text(100'000, 'a');
  EXPECT_EQ(scrubbed("A = a.*b|a", text).size(), 3 * text.size());
}

TEST(Patterns, WhatIsWrongIsToldWithItsLine) {
  EXPECT_EQ(problem("A = a\nnonsense\n"), "p.txt:2: expected NAME = regular expression");
  EXPECT_EQ(problem("a = b"), "p.txt:1: a name has capital letters, digits and _, 32 at most, got \"a\"");
  EXPECT_EQ(problem("EMAIL = b"), "p.txt:1: EMAIL is a name of glimpse's own");
  EXPECT_EQ(problem("\nA = (b"), "p.txt:2: missing ): (b");
  EXPECT_EQ(problem("A = b\nA = c"), "p.txt:2: a second A");
  EXPECT_EQ(problem("A = b*"), "p.txt:1: A matches the empty text, so it would match everywhere");
  EXPECT_EQ(problem("A ="), "p.txt:1: A matches the empty text, so it would match everywhere");
  EXPECT_EQ(problem("A = (?=b)").substr(0, 8), "p.txt:1:");
  EXPECT_EQ(problem("A = ((a{1000}){1000}){1000}").substr(0, 8), "p.txt:1:");
}

TEST(Patterns, AFileThatIsNotThereIsToldByName) {
  const auto patterns = Patterns::read("/nowhere/p.txt");
  ASSERT_FALSE(patterns);
  EXPECT_EQ(patterns.error().message, "/nowhere/p.txt: No such file or directory");
}

}  // namespace
}  // namespace glimpse::writers::scrub
