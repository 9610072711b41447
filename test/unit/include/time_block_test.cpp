#include "glimpse/time_block.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "test/unit/include/fake_api.h"

namespace app {
std::string_view named(int, const char*) { return glimpse::detail::function_name(__PRETTY_FUNCTION__); }
template <typename T>
const T& templated(const T& value, std::string_view* name) {
  *name = glimpse::detail::function_name(__PRETTY_FUNCTION__);
  return value;
}
struct Shape {
  Shape() : constructed(glimpse::detail::function_name(__PRETTY_FUNCTION__)) {}
  std::string_view area(double) const { return glimpse::detail::function_name(__PRETTY_FUNCTION__); }
  std::string_view operator()(int) { return glimpse::detail::function_name(__PRETTY_FUNCTION__); }
  std::string_view operator<(const Shape&) { return glimpse::detail::function_name(__PRETTY_FUNCTION__); }
  std::string_view callback(void (*)(int)) { return glimpse::detail::function_name(__PRETTY_FUNCTION__); }
  operator bool() {
    constructed = glimpse::detail::function_name(__PRETTY_FUNCTION__);
    return true;
  }
  std::string_view constructed;
};
void traced(bool thrown) {
  GLIMPSE_TRACE_FUNCTION();
  GLIMPSE_TRACE_FUNCTION("nightly");
  if (thrown) throw 1;
}
}  // namespace app

namespace glimpse {
namespace {

using test::told;
using Lines = std::vector<std::string>;

TEST(TimeBlock, BeginsAndEnds) {
  test::restart();
  {
    TimeBlock block{"crunching"};
    TimeBlock labelled{"crunching", "checkout"};
  }
  EXPECT_EQ(told(), (Lines{"begin crunching[] placed", "begin crunching[checkout] placed", "done", "done"}));
  test::restart(false);
  TimeBlock block{"nothing"};
  EXPECT_EQ(told(), Lines{});
}

TEST(TimeBlock, OfAFunctionHasItsName) {
  test::restart();
  app::traced(false);
  EXPECT_EQ(told(),
            (Lines{"begin app::traced(bool)[] placed", "begin app::traced(bool)[nightly] placed", "done", "done"}));
  EXPECT_THROW(app::traced(true), int);
  EXPECT_EQ(told().back(), "unwound");
}

TEST(FunctionName, IsWhatRecordsSay) {
#ifdef __clang__
  EXPECT_EQ(app::named(1, ""), "app::named(int, const char *)");
#else
  EXPECT_EQ(app::named(1, ""), "app::named(int, const char*)");
#endif
  std::string_view name;
  app::templated(1, &name);
  EXPECT_EQ(name.substr(0, 15), "app::templated(");
  app::Shape shape;
  EXPECT_EQ(shape.constructed, "app::Shape::Shape()");
  EXPECT_EQ(shape.area(1), "app::Shape::area(double) const");
  EXPECT_EQ(shape(1), "app::Shape::operator()(int)");
  EXPECT_EQ((shape < shape).substr(0, 22), "app::Shape::operator<(");
  EXPECT_EQ(shape.callback(nullptr), "app::Shape::callback(void (*)(int))");
  EXPECT_TRUE(static_cast<bool>(shape));
  EXPECT_EQ(shape.constructed, "app::Shape::operator bool()");
}

TEST(FunctionName, ReadsWhatBothCompilersWrite) {
  using detail::function_name;
  EXPECT_EQ(function_name("int main()"), "main()");
  EXPECT_EQ(function_name("std::map<int, std::string> app::load(std::pair<int, int>)"),
            "app::load(std::pair<int, int>)");
  EXPECT_EQ(function_name("const T& app::best(T) [with T = int]"), "app::best(T)");
  EXPECT_EQ(function_name("const T &app::best(T) [T = int]"), "app::best(T)");
  EXPECT_EQ(function_name("static constexpr char *app::text()"), "app::text()");
  EXPECT_EQ(function_name("void (anonymous namespace)::work(int)"), "(anonymous namespace)::work(int)");
  EXPECT_EQ(function_name("virtual app::Shape::~Shape()"), "app::Shape::~Shape()");
  EXPECT_EQ(function_name("bool app::operator==(app::A, app::A)"), "app::operator==(app::A, app::A)");
  EXPECT_EQ(function_name("int app::my_operator(int)"), "app::my_operator(int)");
  EXPECT_EQ(function_name(""), "");
  EXPECT_EQ(function_name("odd"), "odd");
  EXPECT_EQ(function_name(")"), ")");
}

}  // namespace
}  // namespace glimpse
