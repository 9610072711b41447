// Captured values as text, in a process whose memory has holes.
#include "runtime/capture_text.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <string_view>

#include "runtime/confinement.h"
#include "test/support/capture_format.h"

namespace glimpse::runtime {

constinit std::atomic<bool> process_confined{false};

namespace {

using wire::CaptureFormatOf;
using wire::kByAddress;
using wire::ValueKind;

std::uint64_t word(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

std::string text(CaptureFormatOf& format, std::vector<std::uint64_t> values, bool named = true,
                 std::size_t room = 4096) {
  std::string out(room, '#');
  values.resize(values.size() + 2);
  out.resize(write_captured(format.get(), values.data(), named, out.data(), room));
  return out;
}

// One value without a name.
std::string shown(ValueKind kind, std::uint8_t bytes, std::vector<std::uint64_t> values, std::uint8_t flags = 0) {
  CaptureFormatOf format;
  format.add("", kind, bytes, static_cast<std::uint8_t>(values.size()), flags);
  return text(format, std::move(values), false);
}

// A page of memory with none behind it.
class LastPage {
 public:
  LastPage() {
    page_ = static_cast<char*>(mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    munmap(page_ + 4096, 4096);
    std::memset(page_, 'x', 4096);
  }
  ~LastPage() { munmap(page_, 4096); }
  char* end() const { return page_ + 4096; }

 private:
  char* page_;
};

TEST(CaptureText, IntegersHaveTheirWidthAndSign) {
  EXPECT_EQ(shown(ValueKind::kSigned, 4, {0xffffffff}), "-1");
  EXPECT_EQ(shown(ValueKind::kSigned, 4, {0xdead'0000'0000'0007}), "7");
  EXPECT_EQ(shown(ValueKind::kSigned, 1, {0x80}), "-128");
  EXPECT_EQ(shown(ValueKind::kSigned, 8, {std::uint64_t{1} << 63}), "-9223372036854775808");
  EXPECT_EQ(shown(ValueKind::kUnsigned, 2, {0x1ffff}), "65535");
  EXPECT_EQ(shown(ValueKind::kUnsigned, 8, {~std::uint64_t{0}}), "18446744073709551615");
  EXPECT_EQ(shown(ValueKind::kUnsigned, 1, {0}), "0");
}

TEST(CaptureText, BoolsCharactersAndPointers) {
  EXPECT_EQ(shown(ValueKind::kBool, 1, {0xff00}), "false");
  EXPECT_EQ(shown(ValueKind::kBool, 1, {1}), "true");
  EXPECT_EQ(shown(ValueKind::kChar, 1, {'a'}), "'a'");
  EXPECT_EQ(shown(ValueKind::kChar, 1, {'\''}), "'\\''");
  EXPECT_EQ(shown(ValueKind::kChar, 1, {0}), "'\\0'");
  EXPECT_EQ(shown(ValueKind::kChar, 1, {7}), "'\\x07'");
  EXPECT_EQ(shown(ValueKind::kPointer, 8, {0}), "0x0");
  EXPECT_EQ(shown(ValueKind::kPointer, 8, {0x7ffc'0000'1230}), "0x7ffc00001230");
}

TEST(CaptureText, FloatingPointNumbersAreLeftToTheCollector) {
  EXPECT_EQ(shown(ValueKind::kFloat, 8, {0x3ff8'0000'0000'0000}), "\1d3ff8000000000000");
  EXPECT_EQ(shown(ValueKind::kFloat, 4, {0xdead'0000'3fc0'0000}), "\1f3fc00000");
  EXPECT_EQ(shown(ValueKind::kFloat, 16, {0x8000'0000'0000'0000, 0xdead'0000'0000'3fff}), "\1l3fff8000000000000000");
}

TEST(CaptureText, EnumeratorsHaveTheirNamesAndOthersTheirNumbers) {
  CaptureFormatOf format;
  format.add("mode", ValueKind::kSignedEnum, 4, 1, 0, "", {{"kNone", -1}, {"kFast", 5}, {"kQuick", 5}});
  EXPECT_EQ(text(format, {0xffffffff}), "mode=kNone");
  EXPECT_EQ(text(format, {5}), "mode=kFast");
  EXPECT_EQ(text(format, {6}), "mode=6");
  CaptureFormatOf unsigned_one;
  unsigned_one.add("mode", ValueKind::kUnsignedEnum, 1, 1, 0, "", {{"kLast", 255}});
  EXPECT_EQ(text(unsigned_one, {0xfff}), "mode=kLast");
  EXPECT_EQ(text(unsigned_one, {254}), "mode=254");
}

TEST(CaptureText, StringsAreQuotedAndEscaped) {
  EXPECT_EQ(shown(ValueKind::kCString, 8, {word("a \"b\" \\ \n\t\r\x01\x7f ü")}), R"("a \"b\" \\ \n\t\r\x01\x7f )"
                                                                                  "ü\"");
  EXPECT_EQ(shown(ValueKind::kCString, 8, {word("")}), "\"\"");
  const std::string small = "otto";
  const std::string large(300, 'y');
  EXPECT_EQ(shown(ValueKind::kString, 32, {word(&small)}, kByAddress), "\"otto\"");
  EXPECT_EQ(shown(ValueKind::kString, 32, {word(&large)}, kByAddress), "\"" + large + "\"");
  const std::string zero("a\0b", 3);
  EXPECT_EQ(shown(ValueKind::kString, 32, {word(&zero)}, kByAddress), "\"a\\x00b\"");
  const std::string_view view = "otto's";
  EXPECT_EQ(shown(ValueKind::kView, 16, {4, word(view.data())}), "\"otto\"");
  EXPECT_EQ(shown(ValueKind::kView, 16, {word(&view)}, kByAddress), "\"otto's\"");
  EXPECT_EQ(shown(ValueKind::kLlvmView, 16, {word(view.data()), 3}), "\"ott\"");
  EXPECT_EQ(shown(ValueKind::kView, 16, {0, 0}), "\"\"");
}

TEST(CaptureText, OldStringsAndThoseOfLibcxxAreReadAsTheyLie) {
  struct {
    std::uint64_t length = 4, capacity = 4, count = 0;
    char characters[8] = "otto";
  } old;
  const char* characters = old.characters;
  EXPECT_EQ(shown(ValueKind::kOldString, 8, {word(&characters)}, kByAddress), "\"otto\"");
  struct {
    unsigned char twice_length = 8;
    char characters[23] = "otto";
  } small;
  EXPECT_EQ(shown(ValueKind::kLlvmString, 24, {word(&small)}, kByAddress), "\"otto\"");
  const std::uint64_t large[3] = {33, 5, word("otto's")};
  EXPECT_EQ(shown(ValueKind::kLlvmString, 24, {word(large)}, kByAddress), "\"otto'\"");
}

TEST(CaptureText, ReferencesShowWhatTheyReferTo) {
  const int number = -5;
  EXPECT_EQ(shown(ValueKind::kSigned, 4, {word(&number)}, kByAddress), "-5");
  const char* name = "otto";
  EXPECT_EQ(shown(ValueKind::kCString, 8, {word(&name)}, kByAddress), "\"otto\"");
  const long double large = 1.0L;
  EXPECT_EQ(shown(ValueKind::kFloat, 16, {word(&large)}, kByAddress), "\1l3fff8000000000000000");
}

TEST(CaptureText, MemoryThatIsNotThereIsShownAsAnAddress) {
  const LastPage page;
  errno = 7;
  EXPECT_EQ(shown(ValueKind::kCString, 8, {0}), "0x0");
  EXPECT_EQ(shown(ValueKind::kCString, 8, {16}), "0x10");
  EXPECT_EQ(
      shown(ValueKind::kCString, 8, {word(page.end())}), "0x" + [&] {
        std::ostringstream out;
        out << std::hex << word(page.end());
        return out.str();
      }());
  EXPECT_EQ(shown(ValueKind::kCString, 8, {0xdead'beef'dead'beef}), "0xdeadbeefdeadbeef");
  EXPECT_EQ(shown(ValueKind::kSigned, 4, {16}, kByAddress), "0x10");
  EXPECT_EQ(shown(ValueKind::kString, 32, {word(page.end() - 8)}, kByAddress).substr(0, 2), "0x");
  EXPECT_EQ(shown(ValueKind::kView, 16, {5, 16}), "0x10");
  EXPECT_EQ(shown(ValueKind::kView, 16, {~std::uint64_t{0}, 16}), "0x10");
  EXPECT_EQ(shown(ValueKind::kOldString, 8, {word("\0\0\0\0\0\0\0\0")}, kByAddress), "0x0");
  EXPECT_EQ(errno, 7);
}

TEST(CaptureText, TextThatRunsIntoAHoleEndsThere) {
  const LastPage page;
  EXPECT_EQ(shown(ValueKind::kCString, 8, {word(page.end() - 3)}), "\"xxx\"...");
  EXPECT_EQ(shown(ValueKind::kView, 16, {5, word(page.end() - 3)}), "\"xxx\"...");
  page.end()[-1] = 0;
  EXPECT_EQ(shown(ValueKind::kCString, 8, {word(page.end() - 3)}), "\"xx\"");
}

TEST(CaptureText, ValuesThatLieAcrossAPagesEndAreRead) {
  char* two = static_cast<char*>(mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  const std::uint64_t number = 0x0102030405060708;
  std::memcpy(two + 4093, &number, 8);
  EXPECT_EQ(shown(ValueKind::kUnsigned, 8, {word(two + 4093)}, kByAddress), std::to_string(number));
  std::memset(two, 'z', 8192);
  two[8191] = 0;
  EXPECT_EQ(shown(ValueKind::kCString, 8, {word(two + 4090)}).size(), 4096u);
  munmap(two, 8192);
}

TEST(CaptureText, SecretsAndUnknownTypesHaveNoValue) {
  CaptureFormatOf format;
  format.add("user", ValueKind::kCString, 8)
      .add("password", ValueKind::kRedacted, 0, 0)
      .add("", ValueKind::kOther, 0, 0, 0, "app::Options")
      .add("n", ValueKind::kSigned, 4);
  EXPECT_EQ(text(format, {word("otto"), 3}), "user=\"otto\", password=[REDACTED], arg3=<app::Options>, n=3");
  EXPECT_EQ(text(format, {word("otto"), 3}, false), "\"otto\", [REDACTED], <app::Options>, 3");
}

TEST(CaptureText, NothingIsWrittenBeyondTheRoom) {
  CaptureFormatOf format;
  format.add("text", ValueKind::kCString, 8).add("x", ValueKind::kFloat, 8).add("n", ValueKind::kSigned, 4);
  const std::string whole = text(format, {word("a longer one"), 0x3ff8'0000'0000'0000, 12345});
  for (std::size_t room = 0; room <= whole.size(); ++room) {
    const std::string cut = text(format, {word("a longer one"), 0x3ff8'0000'0000'0000, 12345}, true, room);
    EXPECT_TRUE(whole.starts_with(cut)) << cut;
    EXPECT_TRUE(cut.find('\1') == cut.npos || cut.size() - cut.find('\1') >= 18) << cut;
  }
}

TEST(CaptureText, WhereNoStringIsThereTheRoomNeededIsKnown) {
  CaptureFormatOf format;
  format.add("number", ValueKind::kSigned, 8).add("type", ValueKind::kOther, 0, 0, 0, "app::Options");
  format.add("x", ValueKind::kFloat, 16, 2);
  const std::size_t most = captured_bytes(format.get(), 4096);
  EXPECT_LT(most, 200u);
  EXPECT_LE(text(format, {std::uint64_t{1} << 63, ~std::uint64_t{0}, ~std::uint64_t{0}}).size(), most);
  EXPECT_EQ(captured_bytes(format.get(), 10), 10u);
  format.add("s", ValueKind::kView, 16, 2);
  EXPECT_EQ(captured_bytes(format.get(), 4096), 4096u);
}

TEST(CaptureText, WildValuesOfEveryKindAreSurvived) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 20000; ++round) {
    CaptureFormatOf format;
    const auto kind = static_cast<ValueKind>(random() % 18);
    format.add("v", kind, static_cast<std::uint8_t>(1 << random() % 6), 2, static_cast<std::uint8_t>(random() % 2));
    const std::uint64_t near = word(&format) + random() % 4096;
    const std::string out =
        text(format, {random() % 2 == 0 ? near : random() >> random() % 64, random() >> random() % 64}, true, 100);
    EXPECT_LE(out.size(), 100u);
  }
}

TEST(CaptureText, AConfinedProcessIsAskedNothing) {
  process_confined = true;
  EXPECT_EQ(shown(ValueKind::kCString, 8, {16}), "0x10");
  EXPECT_EQ(shown(ValueKind::kCString, 8, {word("otto")}).substr(0, 2), "0x");
  process_confined = false;
}

}  // namespace
}  // namespace glimpse::runtime
