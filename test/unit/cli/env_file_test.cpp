#include "cli/env_file.h"

#include <gtest/gtest.h>

namespace glimpse::cli {
namespace {

using Lines = std::vector<std::string>;

// The value of the only entry.
std::string value_of(const std::string& text) {
  const auto file = parse_env_file(text, ".env");
  EXPECT_EQ(file.warnings, Lines{}) << text;
  EXPECT_EQ(file.entries.size(), 1U) << text;
  return file.entries.empty() ? "(none)" : file.entries.front().value;
}

TEST(EnvFile, KeysAndValuesComeWithTheirLines) {
  const auto file = parse_env_file("# comment\n\nA=1\n  B=2\n", ".env");
  ASSERT_EQ(file.entries.size(), 2U);
  EXPECT_EQ(file.entries[0].name, "A");
  EXPECT_EQ(file.entries[0].line, 3U);
  EXPECT_EQ(file.entries[1].name, "B");
  EXPECT_EQ(file.entries[1].line, 4U);
}

TEST(EnvFile, PlainValuesEndAtACommentAndLoseTheirBlanks) {
  EXPECT_EQ(value_of("A=x y  # why"), "x y");
  EXPECT_EQ(value_of("A = x"), "x");
  EXPECT_EQ(value_of("A=x#y"), "x#y");
  EXPECT_EQ(value_of("A=#x"), "");
  EXPECT_EQ(value_of("A="), "");
  EXPECT_EQ(value_of("A=   "), "");
  EXPECT_EQ(value_of("A=b=c"), "b=c");
}

TEST(EnvFile, ExportIsAllowed) {
  EXPECT_EQ(value_of("export A=1"), "1");
  EXPECT_EQ(value_of("export\tA=1"), "1");
  EXPECT_EQ(value_of("exported=1"), "1");
}

TEST(EnvFile, QuotesKeepBlanksAndCommentSigns) {
  EXPECT_EQ(value_of("A=' x # y '"), " x # y ");
  EXPECT_EQ(value_of("A=\"x # y\" # why"), "x # y");
  EXPECT_EQ(value_of("A=''"), "");
}

TEST(EnvFile, OnlyDoubleQuotesKnowEscapes) {
  EXPECT_EQ(value_of(R"(A="a\n\t\"b\\ \d")"), "a\n\t\"b\\ \\d");
  EXPECT_EQ(value_of(R"(A='a\n')"), "a\\n");
}

TEST(EnvFile, NothingIsInterpolated) { EXPECT_EQ(value_of("A=\"$HOME ${HOME} `x`\""), "$HOME ${HOME} `x`"); }

TEST(EnvFile, LineEndsMayBeWindows) {
  EXPECT_EQ(value_of("A=1\r\n"), "1");
  EXPECT_EQ(value_of("A='1'\r\n\r\n# c\r\n"), "1");
  EXPECT_EQ(value_of("A=1\r"), "1");
}

TEST(EnvFile, AByteOrderMarkIsSkipped) {
  EXPECT_EQ(value_of("\xEF\xBB\xBF"
                     "A=1"),
            "1");
}

TEST(EnvFile, AQuotedValueMaySpanLines) {
  const auto file = parse_env_file("KEY=\"one\ntwo\"\nB=2\n", ".env");
  ASSERT_EQ(file.entries.size(), 2U);
  EXPECT_EQ(file.entries[0].value, "one\ntwo");
  EXPECT_EQ(file.entries[1].line, 3U);
}

TEST(EnvFile, EachMalformedLineGivesOneWarningAndIsSkipped) {
  const auto file = parse_env_file("=1\nA\nB C=1\n2A=1\nD='x\nE=\"x\" y\nF=1\n", ".env.test");
  const Lines expected{".env.test:1: a line must be KEY=VALUE or a # comment; the line is ignored",
                       ".env.test:2: expected = after A; the line is ignored",
                       ".env.test:3: expected = after B; the line is ignored",
                       ".env.test:4: a line must be KEY=VALUE or a # comment; the line is ignored",
                       ".env.test:5: the quote after D= is not closed; the line is ignored",
                       ".env.test:6: only a # comment may follow the closing quote of E; the line is ignored"};
  EXPECT_EQ(file.warnings, expected);
  ASSERT_EQ(file.entries.size(), 1U);
  EXPECT_EQ(file.entries[0].name, "F");
}

}  // namespace
}  // namespace glimpse::cli
