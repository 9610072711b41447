#include "cli/arguments.h"

#include <gtest/gtest.h>

namespace glimpse::cli {
namespace {

using Words = std::vector<std::string>;

SplitArguments split(const Words& words) {
  return split_arguments(words, [](const std::string& word) { return word == "-o" || word == "--output"; });
}

TEST(Arguments, AProgramsOptionsAreItsOwn) {
  const auto result = split({"ls", "-l", "--quiet", "-o", "x"});
  EXPECT_EQ(result.own, Words{});
  EXPECT_EQ(result.program, (Words{"ls", "-l", "--quiet", "-o", "x"}));
}

TEST(Arguments, OptionsBeforeTheProgramAreOurs) {
  const auto result = split({"-o", "x.jsonl", "--append", "ls", "-l"});
  EXPECT_EQ(result.own, (Words{"-o", "x.jsonl", "--append"}));
  EXPECT_EQ(result.program, (Words{"ls", "-l"}));
}

TEST(Arguments, AValueWrittenWithItsOptionTakesNoFurtherWord) {
  const auto result = split({"--output=x", "-ox", "ls"});
  EXPECT_EQ(result.own, (Words{"--output=x", "-ox"}));
  EXPECT_EQ(result.program, Words{"ls"});
}

TEST(Arguments, TwoDashesEndOurOptions) {
  const auto result = split({"--quiet", "--", "-odd-name", "--", "x"});
  EXPECT_EQ(result.own, Words{"--quiet"});
  EXPECT_EQ(result.program, (Words{"-odd-name", "--", "x"}));
}

TEST(Arguments, StandardOutputIsAValueAndNoOption) {
  const auto result = split({"-o", "-", "--", "ls"});
  EXPECT_EQ(result.own, (Words{"-o", "-"}));
  EXPECT_EQ(result.program, Words{"ls"});
}

TEST(Arguments, TwoDashesCanBeAValueToo) { EXPECT_EQ(split({"-o", "--", "ls"}).own, (Words{"-o", "--"})); }

TEST(Arguments, NoProgramIsNoProgram) {
  EXPECT_EQ(split({}).program, Words{});
  EXPECT_EQ(split({"--quiet", "--"}).program, Words{});
  EXPECT_EQ(split({"-o"}).own, Words{"-o"});
}

TEST(Arguments, EmptyWordsArePassedOn) { EXPECT_EQ(split({"echo", "", "x"}).program, (Words{"echo", "", "x"})); }

}  // namespace
}  // namespace glimpse::cli
