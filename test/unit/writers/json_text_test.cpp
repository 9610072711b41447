#include "writers/json_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

namespace glimpse::writers {
namespace {

const std::string kFffd = "\xEF\xBF\xBD";

std::string escaped(std::string_view text) {
  std::string out = "<";
  append_escaped(out, text);
  return out.substr(1);
}

std::string replaced(int count) {
  std::string out;
  while (count-- > 0) out += kFffd;
  return out;
}

TEST(JsonText, OnlyQuotesBackslashesAndControlCharactersAreEscaped) {
  EXPECT_EQ(escaped(R"(say "a\b/c")"), R"(say \"a\\b/c\")");
  EXPECT_EQ(escaped("\b\f\n\r\t"), R"(\b\f\n\r\t)");
  EXPECT_EQ(escaped(std::string_view("\0\x01\x1f", 3)), R"(\u0000\u0001\u001f)");
  EXPECT_EQ(escaped("\x7f<>&'/"), "\x7f<>&'/");
  EXPECT_EQ(escaped(""), "");
}

TEST(JsonText, WellFormedTextOfEveryLengthStaysAsItIs) {
  for (const std::string text : {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
                                 "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "Gr\xC3\xBC\xC3\x9F Gott \xF0\x9F\x98\x80"}) {
    EXPECT_EQ(escaped(text), text);
  }
}

// The examples of The Unicode Standard 15.0, tables 3-8 to 3-11.
TEST(JsonText, EachMaximalSubpartOfAnIllFormedSequenceBecomesOneReplacement) {
  EXPECT_EQ(escaped("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"), replaced(8) + "A");  // overlong
  EXPECT_EQ(escaped("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"), replaced(8) + "A");  // surrogates
  EXPECT_EQ(escaped("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"), replaced(5) + "A" + replaced(2) + "B");
  EXPECT_EQ(escaped("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), replaced(4) + "A");  // cut short
}

TEST(JsonText, ASequenceCutByTheEndOfTheTextIsOneReplacement) {
  EXPECT_EQ(escaped("a\xC3"), "a" + kFffd);
  EXPECT_EQ(escaped("a\xE2\x82"), "a" + kFffd);
  EXPECT_EQ(escaped("a\xF0\x9F\x98"), "a" + kFffd);
}

TEST(JsonText, AllBytesTogetherReadBackAsAnIndependentReaderRepairsThem) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  const auto read = nlohmann::json::parse("\"" + escaped(all) + "\"").get<std::string>();
  EXPECT_EQ(read, all.substr(0, 128) + replaced(128));
}

TEST(JsonText, RandomBytesAlwaysMakeOneValidString) {
  std::mt19937 random(1);
  const std::string bytes = "\"\\\n\x01 aZ\x80\xBF\xC2\xE0\xA0\xED\x9F\xF0\x90\xF4\x8F\xFF\xE2\x82\xAC";
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 24, ' ');
    for (char& byte : text) byte = bytes[random() % bytes.size()];
    const std::string json = "\"" + escaped(text) + "\"";
    ASSERT_TRUE(nlohmann::json::accept(json)) << json;
    ASSERT_EQ(json.find('\n'), std::string::npos);
    // The independent reader's own replacement, where it has one, is the same: one for each maximal subpart.
    const std::string theirs = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    ASSERT_EQ(nlohmann::json::parse(json), nlohmann::json::parse(theirs)) << json;
  }
}

TEST(JsonText, AVeryLongTextIsWholeAndNeverLongerThanPromised) {
  const std::string text(10'000, '\x01');
  EXPECT_EQ(escaped(text).size(), text.size() * kMaxEscapedPerByte);
  const std::string name(10'000, 'n');
  EXPECT_EQ(escaped(name), name);
}

}  // namespace
}  // namespace glimpse::writers
