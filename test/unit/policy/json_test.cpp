#include "policy/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace glimpse::policy::json {
namespace {

using namespace std::string_literals;

std::string problem(const std::string& text) {
  const Document document = read(text);
  if (!document.problem) return "";
  const Problem& p = *document.problem;
  return std::to_string(p.place.line) + ":" + std::to_string(p.place.column) + ": " + p.message;
}

TEST(Json, EveryValueKnowsItsPlace) {
  const Document document = read("{ \"a\": [1,\n  \"x\"],\r\n\t\"b\" : {\"c\": true} }");
  ASSERT_FALSE(document.problem.has_value());
  const std::vector<Member>& members = document.root.members;
  ASSERT_EQ(members.size(), 2u);
  EXPECT_EQ(members[0].place, (Place{1, 3}));
  EXPECT_EQ(members[0].value.place, (Place{1, 8}));
  EXPECT_EQ(members[0].value.items[1].place, (Place{2, 3}));
  EXPECT_EQ(members[1].place, (Place{3, 2}));
  EXPECT_EQ(members[1].value.members[0].value.place, (Place{3, 14}));
  EXPECT_EQ(members[1].value.members[0].value.kind, Kind::kBool);
}

TEST(Json, StringsAreDecoded) {
  const Document document = read(R"(["\"\\\/\b\f\n\r\t", "\u00e4\u20AC\ud83d\ude00", "\u0000"])");
  ASSERT_FALSE(document.problem.has_value());
  EXPECT_EQ(document.root.items[0].text, "\"\\/\b\f\n\r\t");
  EXPECT_EQ(document.root.items[1].text, "\u00e4\u20ac\U0001f600");
  EXPECT_EQ(document.root.items[2].text, "\0"s);
}

TEST(Json, BytesThatAreNoTextAreNamed) {
  EXPECT_EQ(problem("\xef\xbb\xbf{}"), "1:1: the file starts with a byte order mark; save it as UTF-8 without one");
  EXPECT_EQ(problem("\xff\xfe{\0}\0"s), "1:1: the file is UTF-16; save it as UTF-8");
  EXPECT_EQ(problem("{\n \0}"s), "2:2: there is a NUL byte here; a policy is a text file");
  for (const std::string bad : {"\xff", "\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                "\xf8\x88\x80\x80\x80"}) {
    EXPECT_EQ(problem("{\"" + bad + "\": 1}"), "1:3: the bytes here are not UTF-8");
  }
}

TEST(Json, DepthIsLimited) {
  EXPECT_EQ(problem(std::string(kMaxDepth + 1, '[') + std::string(kMaxDepth + 1, ']')), "");
  EXPECT_EQ(problem(std::string(1'000'000, '[')), "1:34: nested too deeply");
  std::string objects;
  while (objects.size() < 1'000'000) objects += "{\"a\":";
  EXPECT_EQ(problem(objects), "1:166: nested too deeply");
}

// An independent reader as the judge: what one takes the other takes.
TEST(Json, AcceptsWhatNlohmannAcceptsAndNothingElse) {
  const std::vector<std::string> texts = {"{}",
                                          "[]",
                                          "0",
                                          "-0",
                                          "-",
                                          "01",
                                          "1.",
                                          ".5",
                                          "1e5",
                                          "1E+5",
                                          "1e",
                                          "1.5e-3",
                                          "+1",
                                          "true",
                                          "True",
                                          "nul",
                                          "null",
                                          "\"\"",
                                          "\"",
                                          "\"\\x\"",
                                          "\"\\u12g4\"",
                                          "\"\\ud800\"",
                                          "\"\\udc00\"",
                                          "\"\\ud800\\u0041\"",
                                          "[1,]",
                                          "[,1]",
                                          "[1 2]",
                                          "{\"a\"}",
                                          "{\"a\":}",
                                          "{\"a\":1,}",
                                          "{a:1}",
                                          "{\"a\":1 \"b\":2}",
                                          "[1]]",
                                          "[[1]",
                                          "{\"a\":{\"b\":[1,2,{\"c\":null}]}}",
                                          "// x\n1",
                                          "/* */ 1",
                                          " \t\r\n1 \t\r\n",
                                          "\"a\tb\"",
                                          "\"a\nb\"",
                                          "\"\x7f\"",
                                          "1 1",
                                          "NaN",
                                          "Infinity",
                                          "'a'",
                                          "",
                                          "[\"a\"\"b\"]",
                                          "{\"a\":1,\"a\":2}",
                                          "\v1",
                                          "[1\f]"};
  for (const std::string& text : texts) {
    EXPECT_EQ(!read(text).problem.has_value(), nlohmann::json::accept(text)) << text;
  }
}

}  // namespace
}  // namespace glimpse::policy::json
