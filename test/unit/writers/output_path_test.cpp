#include "writers/output_path.h"

#include <gtest/gtest.h>

namespace glimpse::writers {
namespace {

TEST(OutputPath, PercentPBecomesTheProcessId) {
  EXPECT_EQ(expand_path("trace-%p.jsonl", 4711), "trace-4711.jsonl");
  EXPECT_EQ(expand_path("%p/%p", 4'294'967'295), "4294967295/4294967295");
}

TEST(OutputPath, TwoPercentSignsAreOneAndHideWhatFollows) {
  EXPECT_EQ(expand_path("%%p", 7), "%p");
  EXPECT_EQ(expand_path("%%%p", 7), "%7");
}

TEST(OutputPath, AnyOtherPercentSignStandsForItself) {
  EXPECT_EQ(expand_path("a%20b.jsonl", 7), "a%20b.jsonl");
  EXPECT_EQ(expand_path("100%", 7), "100%");
  EXPECT_EQ(expand_path("%", 7), "%");
  EXPECT_EQ(expand_path("%P %d", 7), "%P %d");
}

TEST(OutputPath, PathsWithoutPercentSignsStayAsTheyAre) {
  EXPECT_EQ(expand_path("", 7), "");
  EXPECT_EQ(expand_path("-", 7), "-");
  EXPECT_EQ(expand_path("glimpse.jsonl", 7), "glimpse.jsonl");
}

}  // namespace
}  // namespace glimpse::writers
