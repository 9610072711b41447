#include "writers/field_set.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace glimpse::writers {
namespace {

constexpr auto kKeys = static_cast<unsigned>(Key::kCount);

std::vector<std::string> kept_by(const FieldSet& fields) {
  std::vector<std::string> kept;
  for (unsigned key = 0; key < kKeys; ++key) {
    if (fields.has(static_cast<Key>(key))) kept.emplace_back(key_name(static_cast<Key>(key)));
  }
  return kept;
}

std::vector<std::string> kept_by(std::string_view list) {
  const Result<FieldSet> fields = FieldSet::parse(list);
  if (!fields) return {fields.error().message};
  return kept_by(*fields);
}

using Words = std::vector<std::string>;

TEST(FieldSet, AnEmptyListKeepsEveryKey) {
  EXPECT_EQ(kept_by("").size(), kKeys);
  EXPECT_EQ(kept_by("  ").size(), kKeys);
  EXPECT_EQ(kept_by(FieldSet()).size(), kKeys);
}

TEST(FieldSet, OnlyTheNamedKeysAreKeptInTheOrderOfTheContract) {
  EXPECT_EQ(kept_by("duration_ms,stage,function"), (Words{"stage", "function", "duration_ms"}));
  EXPECT_EQ(kept_by("signal_name"), Words{"signal_name"});
  EXPECT_EQ(kept_by("pid,pid"), Words{"pid"});
}

TEST(FieldSet, SpacesAndEmptyPlacesDoNotMatter) {
  EXPECT_EQ(kept_by(" stage ,\tfunction\n"), (Words{"stage", "function"}));
  EXPECT_EQ(kept_by("stage,,function,"), (Words{"stage", "function"}));
}

TEST(FieldSet, AnUnknownKeyNamesTheNearestOneAndTheWholeList) {
  const Result<FieldSet> fields = FieldSet::parse("stage,durtion_ms");
  ASSERT_FALSE(fields.ok());
  const std::string& message = fields.error().message;
  EXPECT_EQ(message.find("unknown key 'durtion_ms' in the list of fields; did you mean 'duration_ms'? Keys are: "), 0u);
  for (unsigned key = 0; key < kKeys; ++key) {
    EXPECT_NE(message.find(key_name(static_cast<Key>(key))), std::string::npos);
  }
  EXPECT_NE(FieldSet::parse("Function").error().message.find("did you mean 'function'?"), std::string::npos);
}

TEST(FieldSet, AVeryLongWordIsCutInTheMessage) {
  const Result<FieldSet> fields = FieldSet::parse(std::string(1'000'000, 'x'));
  ASSERT_FALSE(fields.ok());
  EXPECT_LT(fields.error().message.size(), 2000u);
}

TEST(FieldSet, AListWithoutAnyKeyIsAnError) {
  const Result<FieldSet> fields = FieldSet::parse(" , ");
  ASSERT_FALSE(fields.ok());
  EXPECT_EQ(fields.error().message.find("the list of fields names no key"), 0u);
}

}  // namespace
}  // namespace glimpse::writers
