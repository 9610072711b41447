#include "policy/nearest.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace glimpse::policy {
namespace {

constexpr std::array<std::string_view, 4> kWords = {"exact_modules", "exclude_modules", "functions", "name"};

TEST(Nearest, FindsTheWordFewestChangesAway) {
  EXPECT_EQ(nearest("exact_module", kWords), "exact_modules");
  EXPECT_EQ(nearest("exclude_module", kWords), "exclude_modules");
  EXPECT_EQ(nearest("funtcions", kWords), "functions");
  EXPECT_EQ(nearest("nane", kWords), "name");
  EXPECT_EQ(nearest("name", kWords), "name");
}

TEST(Nearest, CaseCountsNothing) { EXPECT_EQ(nearest("FUNCTIONS", kWords), "functions"); }

TEST(Nearest, SaysNothingWhereNoWordIsNear) {
  EXPECT_EQ(nearest("colour", kWords), "");
  EXPECT_EQ(nearest("", kWords), "");
  EXPECT_EQ(nearest("name", {}), "");
  EXPECT_EQ(nearest(std::string(100'000, 'n'), kWords), "");
}

}  // namespace
}  // namespace glimpse::policy
