#include "writers/field_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

namespace glimpse::writers {
namespace {

using Type = Field::Type;

std::string text_of(const std::vector<Field>& fields) {
  std::string text;
  append_fields(text, fields);
  return text;
}

std::string text_of(double value) { return text_of({{.type = Type::kDouble, .key = "v", .real = value}}); }
std::string text_of(std::int64_t value) {
  return text_of({{.type = Type::kSigned, .key = "v", .signed_number = value}});
}
std::string text_of(std::uint64_t value) {
  return text_of({{.type = Type::kUnsigned, .key = "v", .unsigned_number = value}});
}

TEST(FieldText, IntegersThatReadersRoundAreStrings) {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  EXPECT_EQ(text_of(std::int64_t{-3}), R"({"v":-3})");
  EXPECT_EQ(text_of(kMost), R"({"v":9007199254740992})");
  EXPECT_EQ(text_of(kMost + 1), R"({"v":"9007199254740993"})");
  EXPECT_EQ(text_of(-kMost), R"({"v":-9007199254740992})");
  EXPECT_EQ(text_of(-kMost - 1), R"({"v":"-9007199254740993"})");
  EXPECT_EQ(text_of(std::numeric_limits<std::int64_t>::min()), R"({"v":"-9223372036854775808"})");
  EXPECT_EQ(text_of(std::numeric_limits<std::uint64_t>::max()), R"({"v":"18446744073709551615"})");
}

TEST(FieldText, DoublesReadBackAsTheyWere) {
  for (const double value : {0.1, -0.0, 1e300, 5e-324, 1.0, 123456789.125, -1e20}) {
    EXPECT_EQ(nlohmann::json::parse(text_of(value))["v"].get<double>(), value) << value;
  }
  EXPECT_EQ(text_of(std::nan("")), R"({"v":"NaN"})");
  EXPECT_EQ(text_of(HUGE_VAL), R"({"v":"Infinity"})");
  EXPECT_EQ(text_of(-HUGE_VAL), R"({"v":"-Infinity"})");
}

TEST(FieldText, OfAKeyTheLastValueHolds) {
  EXPECT_EQ(text_of({{.key = "a", .text = "1"},
                     {.key = "b", .text = "2"},
                     {.type = Type::kBool, .key = "a", .unsigned_number = 1}}),
            R"({"b":"2","a":true})");
  EXPECT_EQ(text_of({{.type = Type::kBool, .key = "", .unsigned_number = 0}}), R"({"":false})");
  EXPECT_EQ(text_of(std::vector<Field>()), "{}");
}

TEST(FieldText, KeysAndTextsAreEscapedAndValid) {
  EXPECT_EQ(text_of({{.key = "a\"\n", .text = "\xff{"}}), "{\"a\\\"\\n\":\"\xef\xbf\xbd{\"}");
  EXPECT_EQ(text_of({{.key = "{", .text = "{"}, {.key = "x", .text = ""}}), R"({"{":"{","x":""})");
}

}  // namespace
}  // namespace glimpse::writers
