#include "glimpse/log.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "glimpse/observe.h"
#include "test/unit/include/fake_api.h"

namespace glimpse {
namespace {

using test::told;
using Lines = std::vector<std::string>;

enum class Colour { kRed = 3 };
struct Order {
  int id;
};
std::string to_string(const Order& order) { return "order " + std::to_string(order.id); }

template <typename... Values>
std::string formatted(std::string_view format, const Values&... values) {
  const detail::FormatArgument arguments[] = {detail::format_argument(values)..., {nullptr, nullptr}};
  std::string out;
  detail::format_to(out, format, arguments, sizeof...(Values));
  return out;
}

class LogTest : public testing::Test {
 protected:
  void SetUp() override {
    test::restart();
    set_log_level(Level::kDebug);
  }
};

TEST_F(LogTest, FormatsWhatProgramsHave) {
  const std::string text = "text";
  const char* const null = nullptr;
  EXPECT_EQ(formatted("{} {} {} {}", 1, -2, 3u, true), "1 -2 3 true");
  EXPECT_EQ(formatted("{} {} {} {}", text, "literal", 'c', std::string_view("view")), "text literal c view");
  EXPECT_EQ(formatted("{} {} {}", null, nullptr, Colour::kRed), "(null) (null) 3");
  EXPECT_EQ(formatted("{} {}", Order{7}, std::runtime_error("why")), "order 7 why");
  EXPECT_EQ(formatted("{} {} {}", 0.5, 1e300, 1.0 / 3), "0.5 1e+300 0.33333333333333331");
  EXPECT_EQ(formatted("{:.2f} {:x} {:x}", 2.0 / 3, 255, -1), "0.67 ff ffffffff");
  EXPECT_EQ(formatted("{}", INT64_MIN), "-9223372036854775808");
  EXPECT_EQ(formatted("{}", UINT64_MAX), "18446744073709551615");
  EXPECT_EQ(formatted("{1}{0}{1}", "a", "b"), "bab");
  EXPECT_EQ(formatted("{}", reinterpret_cast<void*>(0xff)), "0xff");
}

TEST_F(LogTest, NoFormatIsWrongEnoughToFail) {
  EXPECT_EQ(formatted("{} {}", 1), "1 {?}");
  EXPECT_EQ(formatted("none", 1, 2), "none");
  EXPECT_EQ(formatted("{{}} {", 1), "{} {");
  EXPECT_EQ(formatted("}", 1), "}");
  EXPECT_EQ(formatted("{x} {7} {99999999999999999999}", 1), "{?} {?} {?}");
  EXPECT_EQ(formatted("{:>10}|{:", 1, 2), "1|{:");
}

TEST_F(LogTest, SaysMessagesOfAllLevelsWithTheirPlace) {
  debug("a");
  info("b {}", 1);
  warn("c", {{"k", 1}});
  error("d {} {}", 1, "x", {{"k", "v"}, {"n", 0.5}});
  fatal("e {} {} {} {}", 1, 2, 3, 4, {{"k", true}});
  log(Level::kInfo, "f {}", 1, {{"k", std::string("v")}});
  log(Level::kInfo, "{} as it is");
  EXPECT_EQ(told(), (Lines{"log 0 a at=log_test.cpp", "log 1 b 1 at=log_test.cpp", "log 2 c at=log_test.cpp k=1",
                           "log 3 d 1 x at=log_test.cpp k=v n=0.500000", "log 4 e 1 2 3 4 at=log_test.cpp k=true",
                           "log 1 f 1 at=log_test.cpp k=v", "log 1 {} as it is at=log_test.cpp"}));
}

TEST_F(LogTest, PrintPutsBlanksBetween) {
  print(Level::kInfo, "left:", 1, "right:", Order{2});
  print(Level::kInfo);
  EXPECT_EQ(told(), (Lines{"log 1 left: 1 right: order 2", "log 1 "}));
}

TEST_F(LogTest, ARecordHasEverything) {
  try {
    throw std::out_of_range("far");
  } catch (...) {
    LogRecord(Level::kError, "payment {}", 7)
        .title("Payments")
        .tags({"billing", "card"})
        .ttl_seconds(60)
        .exception()
        .stack()
        .field("text", std::string("gone when it is said"))
        .field("n", 1);
  }
  EXPECT_EQ(told(),
            (Lines{"log 3 payment 7 title=Payments tags=billing,card ttl=60 type=std::out_of_range what=far stack "
                   "at=log_test.cpp text=gone when it is said n=1"}));
  LogRecord(Level::kError, "x").exception(std::make_exception_ptr(7));
  LogRecord(Level::kError, "x").exception(std::logic_error("why"));
  EXPECT_EQ(told(),
            (Lines{"log 3 x type=int at=log_test.cpp", "log 3 x type=std::logic_error what=why at=log_test.cpp"}));
}

struct Loud {};
std::string to_string(const Loud&) {
  ADD_FAILURE() << "formatted for nobody";
  return "";
}

TEST_F(LogTest, BelowTheLevelNothingIsFormatted) {
  set_log_level(Level::kWarning);
  info("{}", Loud());
  print(Level::kDebug, Loud());
  LogRecord(Level::kInfo, "{}", Loud()).title("t");
  EXPECT_FALSE(log_enabled(Level::kInfo));
  EXPECT_TRUE(log_enabled(Level::kWarning));
  warn("yes");
  EXPECT_EQ(told().size(), 1u);
  test::restart(false);
  fatal("{}", Loud());
  EXPECT_FALSE(log_enabled(Level::kFatal));
  EXPECT_EQ(told(), Lines{});
}

TEST_F(LogTest, ObserveRecordsWhatLeavesAndLetsItGo) {
  EXPECT_THROW(observe([] { throw std::runtime_error("broken"); }), std::runtime_error);
  EXPECT_EQ(told(), (Lines{"log 3 exception type=std::runtime_error what=broken stack at=log_test.cpp"}));
  EXPECT_EQ(observe([] { return 5; }), 5);
  EXPECT_EQ(told(), Lines{});
}

}  // namespace
}  // namespace glimpse
