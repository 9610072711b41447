#include "glimpse/context.h"

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "glimpse/span.h"
#include "test/unit/include/fake_api.h"

namespace glimpse {
namespace {

class ContextTest : public testing::Test {
 protected:
  void SetUp() override { test::restart(); }
};

TEST_F(ContextTest, WritesItsIdsAsHexDigits) {
  glimpse_context ids{};
  ids.trace_id_high = 0x0123456789abcdef;
  ids.trace_id_low = 0xfedcba9876543210;
  ids.span_id = 0xa;
  ids.flags = 1;
  const Context context(ids);
  EXPECT_EQ(context.trace_id(), "0123456789abcdeffedcba9876543210");
  EXPECT_EQ(context.span_id(), "000000000000000a");
  EXPECT_TRUE(context.valid());
  EXPECT_TRUE(context.sampled());
  EXPECT_FALSE(Context().valid());
  EXPECT_EQ(Context().trace_id(), std::string(32, '0'));
}

TEST_F(ContextTest, IsAttachedForAScope) {
  Span span("a");
  const Context context = span.context();
  std::thread([&] {
    {
      ContextScope scope{context};
      EXPECT_EQ(Context::current(), context);
      ContextScope none{Context()};
      EXPECT_FALSE(Context::current().valid());
    }
    EXPECT_FALSE(Context::current().valid());
  }).join();
}

TEST_F(ContextTest, GoesWithWhatIsBound) {
  Span span("a");
  const Context context = span.context();
  auto bound = bind([](int more, std::unique_ptr<int> owned) { return std::pair(Context::current(), more + *owned); });
  span.end();
  const auto [seen, sum] = std::async(std::launch::async, bound, 2, std::make_unique<int>(3)).get();
  EXPECT_EQ(seen, context);
  EXPECT_EQ(sum, 5);
  EXPECT_FALSE(Context::current().valid());
  // As a callback; and with state of its own.
  const std::function<int()> callback = bind(context, [calls = 0]() mutable { return ++calls; });
  callback();
  EXPECT_EQ(callback(), 2);
  // What can only be moved.
  auto once = bind([owned = std::make_unique<int>(4)] { return *owned; });
  EXPECT_EQ(std::move(once)(), 4);
}

TEST_F(ContextTest, ReturnsReferencesAsTheyAre) {
  int here = 0;
  auto bound = bind([&]() -> int& { return here; });
  bound() = 7;
  EXPECT_EQ(here, 7);
}

}  // namespace
}  // namespace glimpse
