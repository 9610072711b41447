#include "collector/stack_plumbing.h"

#include <gtest/gtest.h>

namespace glimpse::collector {
namespace {

TEST(StackPlumbing, ThrowsForOthers) {
  EXPECT_TRUE(is_plumbing("__cxa_throw"));
  EXPECT_TRUE(is_plumbing("__interceptor___cxa_throw"));
  EXPECT_TRUE(is_plumbing("std::rethrow_exception(std::__exception_ptr::exception_ptr)"));
  EXPECT_FALSE(is_plumbing("app::throws_often()"));
}

TEST(StackPlumbing, SaysLogsByTheHeaders) {
  EXPECT_TRUE(is_plumbing("glimpse::LogRecord::~LogRecord()"));
  EXPECT_TRUE(is_plumbing("glimpse::LogRecord::say()"));
  EXPECT_TRUE(is_plumbing("glimpse::detail::terminate()"));
  EXPECT_TRUE(is_plumbing("glimpse::observe<main::'lambda'()>(main::'lambda'()&&, char const*, unsigned int)"));
}

TEST(StackPlumbing, IsNothingOfTheProgram) {
  EXPECT_FALSE(is_plumbing("app::glimpse::LogRecord::say()"));
  EXPECT_FALSE(is_plumbing("glimpse::collector::Session::run()"));
  EXPECT_FALSE(is_plumbing("glimpse::observed()"));
  EXPECT_FALSE(is_plumbing(""));
}

}  // namespace
}  // namespace glimpse::collector
