#include "writers/trace_ids.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <set>
#include <utility>

namespace glimpse::writers {
namespace {

constexpr std::uint64_t kSeed = 0x0123456789abcdef;

TEST(TraceIds, AreTheSameWhoeverMakesThem) {
  // Also in a later version: a trace that was cut by a recovery must not fall into two.
  EXPECT_EQ(span_id(kSeed, 7, 1), 0x5fff349f8a4ca524);
  EXPECT_EQ(trace_id(kSeed, 7, 1).high, 0xa1e50fe286c8740d);
  EXPECT_EQ(trace_id(kSeed, 7, 1).low, 0x1bae010ef71f3024);
}

TEST(TraceIds, NoCallHasNoSpan) { EXPECT_EQ(span_id(kSeed, 7, 0), 0U); }

TEST(TraceIds, AreNeverZero) {
  for (std::uint64_t call = 1; call < 100'000; ++call) {
    ASSERT_NE(span_id(kSeed, 7, call), 0U);
    ASSERT_NE(trace_id(kSeed, 7, call).low, 0U);
  }
  // The one input that the mixing takes to zero.
  std::uint64_t call = 0x61c8864680b583eb ^ mixed(kSeed ^ 7);
  EXPECT_EQ(mixed(mixed(kSeed ^ 7) ^ call), 0U);
  EXPECT_NE(span_id(kSeed, 7, call), 0U);
}

TEST(TraceIds, OfDifferentCallsProcessesAndSessionsDiffer) {
  std::set<std::uint64_t> spans;
  std::set<std::pair<std::uint64_t, std::uint64_t>> traces;
  std::size_t made = 0;
  for (const std::uint64_t seed : {kSeed, kSeed + 1, ~kSeed}) {
    for (const std::uint32_t pid : {1U, 2U, 3U, 40'000U}) {
      for (std::uint64_t call = 1; call <= 5000; ++call, ++made) {
        spans.insert(span_id(seed, pid, call));
        const TraceId trace = trace_id(seed, pid, call);
        traces.insert({trace.high, trace.low});
      }
    }
  }
  EXPECT_EQ(spans.size(), made);
  EXPECT_EQ(traces.size(), made);
}

// Who samples by the id takes a threshold on its bits: each must be set in half of them.
TEST(TraceIds, SpreadOverAllTheirBits) {
  constexpr int kIds = 20'000;
  int set[3][64] = {};
  for (std::uint64_t call = 1; call <= kIds; ++call) {
    const TraceId trace = trace_id(kSeed, 7, call);
    const std::uint64_t words[] = {span_id(kSeed, 7, call), trace.high, trace.low};
    for (int word = 0; word < 3; ++word) {
      for (int bit = 0; bit < 64; ++bit) set[word][bit] += static_cast<int>(words[word] >> bit & 1);
    }
  }
  for (const auto& word : set) {
    for (const int count : word) {
      EXPECT_GT(count, kIds * 47 / 100);
      EXPECT_LT(count, kIds * 53 / 100);
    }
  }
}

}  // namespace
}  // namespace glimpse::writers
