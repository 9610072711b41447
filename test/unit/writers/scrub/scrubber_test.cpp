#include "writers/scrub/scrubber.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

namespace glimpse::writers::scrub {
namespace {

struct Case {
  std::size_t line;
  std::string text;
  std::string expected;
};

std::vector<Case> table() {
  std::ifstream file(GLIMPSE_TEST_DATA "/../../scrub_cases.tsv");
  std::vector<Case> cases;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    const std::size_t tab = line.find('\t');
    if (line.starts_with('#') || tab == std::string::npos) continue;
    std::string text = line.substr(0, tab);
    std::string expected = line.substr(tab + 1);
    cases.push_back({number, text, expected == "=" ? text : expected});
  }
  return cases;
}

TEST(Scrubber, EachCaseOfTheTableIsAsItSays) {
  const auto cases = table();
  ASSERT_GE(cases.size(), 100u);
  Scrubber scrubber;
  for (const Case& one : cases)
    EXPECT_EQ(scrubber.scrub(one.text), one.expected) << "test/scrub_cases.tsv:" << one.line;
}

TEST(Scrubber, ScrubbedTextStaysAsItIs) {
  Scrubber scrubber;
  for (const Case& one : table()) {
    const std::string once(scrubber.scrub(one.text));
    EXPECT_EQ(scrubber.scrub(once).data(), once.data()) << "test/scrub_cases.tsv:" << one.line;
  }
}

TEST(Scrubber, WhatIsFoundIsFoundWithOtherTextAround) {
  Scrubber scrubber;
  for (const Case& one : table()) {
    if (one.expected == one.text) continue;
    const std::string before = "f(\"a\") failed (7 of 9), ";
    if (one.text.find("never closed") != std::string::npos || one.text.starts_with("-----BEGIN PRIVATE")) continue;
    if (one.text.starts_with("Authorization: Digest") || one.text.starts_with("listening on ::")) continue;
    EXPECT_EQ(scrubber.scrub(before + one.text + " | then"), before + one.expected + " | then") << one.line;
  }
}

TEST(Scrubber, TextWithoutFindsIsNotCopied) {
  Scrubber scrubber;
  const std::string text = "std::vector<int>::at: 17 >= 4 in a::b (tried 3 times)";
  EXPECT_EQ(scrubber.scrub(text).data(), text.data());
}

TEST(Scrubber, LineEndsEndValuesAndKeysOfSeveralLinesGoWhole) {
  Scrubber scrubber;
  EXPECT_EQ(scrubber.scrub("password=a\nuser=b"), "password=[REDACTED_SECRET]\nuser=b");
  EXPECT_EQ(scrubber.scrub("password:\n  user"), "password:\n  user");
  EXPECT_EQ(scrubber.scrub("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\nbnNz\n-----END OPENSSH PRIVATE KEY-----\nx"),
            "[REDACTED_SECRET]\nx");
}

TEST(Scrubber, BytesThatAreNoTextAreLeftAlone) {
  Scrubber scrubber;
  const std::string zeros("a\0b\0", 4);
  EXPECT_EQ(scrubber.scrub(zeros), zeros);
  EXPECT_EQ(scrubber.scrub("\xff\xfe jane@example.com \xc3"), "\xff\xfe [EMAIL] \xc3");
}

// Not a time, but half a million bytes of what rules like least must not keep a test waiting: quadratic work would take
// minutes.
TEST(Scrubber, NoTextTakesMoreThanLinearWork) {
  Scrubber scrubber;
  for (const char* piece : {"a@",
                            "a@b.",
                            "a.b@",
                            "1 1 1 ",
                            "111 111 ",
                            "1.1.1.",
                            "::::",
                            "1:1:",
                            "a:b::",
                            "::1%a",
                            "[::1]:",
                            "password=",
                            "password: ",
                            "password=\"",
                            "password=[",
                            "token=\\\"",
                            "eyJ-",
                            "eyJa.",
                            "sk-",
                            "ghp_",
                            "Bearer a",
                            "basic ",
                            "http://a:b",
                            "://",
                            "-----BEGIN ",
                            "-----BEGIN PRIVATE KEY-----",
                            "[",
                            "\\",
                            "=",
                            "a = ",
                            "\xc3\xa4@",
                            "%",
                            "4111 1111 1111 1111 "}) {
    std::string text;
    while (text.size() < 500'000) text += piece;
    const std::string once(scrubber.scrub(text));
    EXPECT_LE(once.size(), Scrubber::kMostGrowth * text.size() + 32) << piece;
    EXPECT_EQ(scrubber.scrub(once), once) << piece;
  }
}

}  // namespace
}  // namespace glimpse::writers::scrub
