#include "writers/valid_text.h"

#include <gtest/gtest.h>

namespace glimpse::writers {
namespace {

#define FFFD "\xEF\xBF\xBD"

TEST(ValidText, TextIsNotCopied) {
  for (const std::string text : {"", "a", "plain text that is longer than a word", "h\xc3\xa9llo \xf0\x9f\x98\x80"}) {
    std::string room;
    EXPECT_EQ(valid_text(text, room).data(), text.data());
    EXPECT_EQ(room, "");
  }
}

TEST(ValidText, EachMaximalSubpartBecomesOneReplacement) {
  std::string room;
  EXPECT_EQ(valid_text("\xff", room), FFFD);
  EXPECT_EQ(valid_text("12345678\x80 9", room), "12345678" FFFD " 9");
  EXPECT_EQ(valid_text("\xf0\x9f\x98 \xe2\x82", room), FFFD " " FFFD);
  EXPECT_EQ(valid_text("\xed\xa0\x80", room), FFFD FFFD FFFD);
  EXPECT_EQ(valid_text("a\xc0\xaf\xc3\xa9", room), "a" FFFD FFFD "\xc3\xa9");
}

}  // namespace
}  // namespace glimpse::writers
