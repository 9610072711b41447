#include "collector/captured_text.h"

#include <gtest/gtest.h>

#include <string>

namespace glimpse::collector {
namespace {

TEST(CapturedText, FloatingPointNumbersAreTheShortestThatReadBack) {
  EXPECT_EQ(captured_text("x=\1d3ff8000000000000, y=2"), "x=1.5, y=2");
  EXPECT_EQ(captured_text("\1d3fb999999999999a"), "0.1");
  EXPECT_EQ(captured_text("\1f3dcccccd"), "0.1");
  EXPECT_EQ(captured_text("\1l3fff8000000000000000"), "1");
  EXPECT_EQ(captured_text("\1l4000c90fdaa22168c235"), "3.1415926535897932385");
  EXPECT_EQ(captured_text("\1d7ff0000000000000, \1dfff0000000000000, \1d7ff8000000000000"), "inf, -inf, nan");
  EXPECT_EQ(captured_text("\1d8000000000000000"), "-0");
  EXPECT_EQ(captured_text("\1d7fefffffffffffff"), "1.7976931348623157e+308");
}

TEST(CapturedText, WhatIsNoNumberStaysAsItIs) {
  for (const char* text : {"", "n=1", "\1", "a\1", "\1d", "\1d3ff", "\1q3ff8000000000000", "\1f3dccccc", "\1f3dcccccg",
                           "\1\1", "\1f+dcccccd", "\1l3fff800000000000000"}) {
    EXPECT_EQ(captured_text(text), text);
  }
}

}  // namespace
}  // namespace glimpse::collector
