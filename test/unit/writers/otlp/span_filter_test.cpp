#include "writers/otlp/span_filter.h"

#include <gtest/gtest.h>

namespace glimpse::writers::otlp {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

SpanFilter filter_of(Sampler sampler, double ratio = 1) {
  Settings settings;
  settings.sampler = sampler;
  settings.sampling_ratio = ratio;
  return SpanFilter(settings);
}

unsigned sampled(const SpanFilter& filter) {
  unsigned count = 0;
  for (std::uint64_t call = 1; call <= 10'000; ++call) count += filter.is_sampled(trace_id(5, 7, call)) ? 1 : 0;
  return count;
}

TEST(SpanFilter, EachSamplerTakesItsShareOfTraces) {
  EXPECT_EQ(sampled(filter_of(Sampler::kAlwaysOn, 0)), 10'000u);
  EXPECT_EQ(sampled(filter_of(Sampler::kParentBasedAlwaysOn, 0)), 10'000u);
  EXPECT_EQ(sampled(filter_of(Sampler::kAlwaysOff)), 0u);
  EXPECT_EQ(sampled(filter_of(Sampler::kParentBasedAlwaysOff)), 0u);
  EXPECT_EQ(sampled(filter_of(Sampler::kTraceIdRatio, 1)), 10'000u);
  EXPECT_EQ(sampled(filter_of(Sampler::kTraceIdRatio, 0)), 0u);
  EXPECT_NEAR(sampled(filter_of(Sampler::kTraceIdRatio, 0.25)), 2'500, 200);
  EXPECT_NEAR(sampled(filter_of(Sampler::kParentBasedTraceIdRatio, 0.01)), 100, 50);
}

TEST(SpanFilter, ARatioComparesTheLower63BitsAsOtherLibrariesDo) {
  const SpanFilter half = filter_of(Sampler::kTraceIdRatio, 0.5);
  EXPECT_TRUE(half.is_sampled({~0ULL, 0x7fffffffffffffff}));
  EXPECT_FALSE(half.is_sampled({0, 0x8000000000000000}));
  EXPECT_TRUE(filter_of(Sampler::kTraceIdRatio, 1).is_sampled({0, ~0ULL}));
}

TEST(SpanFilter, ALargerShareTakesAllThatASmallerOneDoes) {
  const SpanFilter small = filter_of(Sampler::kTraceIdRatio, 0.1);
  const SpanFilter large = filter_of(Sampler::kTraceIdRatio, 0.2);
  for (std::uint64_t call = 1; call <= 10'000; ++call) {
    const TraceId id = trace_id(5, 7, call);
    EXPECT_LE(small.is_sampled(id), large.is_sampled(id));
  }
}

TEST(SpanFilter, TheCapCountsSecondsOfTheProgram) {
  Settings settings;
  settings.spans_per_second = 2;
  SpanFilter filter(settings);
  EXPECT_TRUE(filter.is_under_cap(10 * kSecond));
  EXPECT_TRUE(filter.is_under_cap(10 * kSecond + 1));
  EXPECT_FALSE(filter.is_under_cap(10 * kSecond + 2));
  EXPECT_FALSE(filter.is_under_cap(9 * kSecond));  // a little late
  EXPECT_TRUE(filter.is_under_cap(11 * kSecond));
}

TEST(SpanFilter, WithoutACapEverythingPasses) {
  SpanFilter filter{Settings{}};
  for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(filter.is_under_cap(kSecond));
  EXPECT_TRUE(filter.is_long_enough(0));
}

}  // namespace
}  // namespace glimpse::writers::otlp
