#include "writers/otlp/open_calls.h"

#include <gtest/gtest.h>

namespace glimpse::writers::otlp {
namespace {

Call call(std::uint64_t id, std::uint64_t parent, std::string_view captured = {}, std::uint64_t root = 0) {
  return {.call_id = id, .parent_call_id = parent, .root_call_id = root, .captured = captured};
}

TEST(OpenCalls, ACallBelongsToTheOutermostCallAroundIt) {
  OpenCalls open;
  open.started(call(1, 0));
  open.started(call(2, 1));
  open.started(call(3, 2));
  open.started(call(9, 0));  // another thread's
  EXPECT_EQ(open.ended(call(3, 2)).root, 1u);
  EXPECT_EQ(open.ended(call(2, 1)).root, 1u);
  EXPECT_EQ(open.ended(call(9, 0)).root, 9u);
  EXPECT_EQ(open.ended(call(1, 0)).root, 1u);
}

TEST(OpenCalls, TheRootOfTheRecordWins) {
  OpenCalls open;
  open.started(call(3, 2, "", 1));
  EXPECT_EQ(open.ended(call(3, 2, "", 1)).root, 1u);
}

TEST(OpenCalls, TheParentIsTheBestGuessWhereTheBeginWasNotSeen) {
  OpenCalls open;
  EXPECT_EQ(open.ended(call(3, 2)).root, 2u);
  open.started(call(4, 2));
  open.started(call(5, 4));
  EXPECT_EQ(open.ended(call(5, 4)).root, 2u);
}

TEST(OpenCalls, ArgumentsWaitForTheEnd) {
  OpenCalls open;
  open.started(call(1, 0, "n=1", 1));
  open.started(call(2, 1, "n=2"));
  EXPECT_EQ(open.ended(call(2, 1)).arguments, "n=2");
  EXPECT_EQ(open.ended(call(1, 0, "", 1)).arguments, "n=1");
  EXPECT_EQ(open.ended(call(1, 0, "", 1)).arguments, "");
}

}  // namespace
}  // namespace glimpse::writers::otlp
