#include "collector/names/debug_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "collector/names/binary.h"
#include "test/unit/names/fixture.h"

namespace glimpse::collector {
namespace {

// A stripped library and what was stripped from it.
class DebugFile : public testing::Test {
 protected:
  void SetUp() override {
    const std::string whole = fixture("functions.so");
    ASSERT_TRUE(run("objcopy --only-keep-debug '" + whole + "' '" + debug_ + "'"));
    ASSERT_TRUE(run("objcopy --strip-all --add-gnu-debuglink='" + debug_ + "' '" + whole + "' '" + stripped_ + "'"));
    helper_ = nm(whole).at("helper");
    id_ = ElfFile::open(whole).value()->build_id();
  }

  std::unique_ptr<Binary> open() {
    auto binary = Binary::open(stripped_, id_, {.debug_root = scratch_.path("root")});
    return binary.ok() ? std::move(*binary) : nullptr;
  }

  void move_debug_file_to(const std::string& path) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::filesystem::rename(debug_, path);
  }

  void expect_helper_is(const std::string& name, bool debug_info) {
    auto binary = open();
    ASSERT_NE(binary, nullptr);
    EXPECT_EQ(binary->function_at(helper_).name, name);
    EXPECT_EQ(binary->has_debug_info(), debug_info);
    EXPECT_EQ(binary->has_symtab(), debug_info);
    EXPECT_EQ(binary->function_at(helper_).line, debug_info ? 4U : 0U);
  }

  const Scratch scratch_;
  const std::string stripped_ = scratch_.path("libfunctions.so");
  const std::string debug_ = scratch_.path("libfunctions.debug");
  std::uint64_t helper_ = 0;
  std::string id_;
};

TEST_F(DebugFile, BesideTheBinaryIsFound) { expect_helper_is("helper", true); }

TEST_F(DebugFile, BelowDotDebugIsFound) {
  move_debug_file_to(scratch_.path(".debug/libfunctions.debug"));
  expect_helper_is("helper", true);
}

TEST_F(DebugFile, BelowTheDebugRootIsFound) {
  move_debug_file_to(scratch_.path("root") + debug_);
  expect_helper_is("helper", true);
}

TEST_F(DebugFile, IsFoundByBuildId) {
  move_debug_file_to(scratch_.path("root/.build-id/" + id_.substr(0, 2) + "/" + id_.substr(2) + ".debug"));
  ASSERT_TRUE(run("objcopy --remove-section=.gnu_debuglink '" + stripped_ + "'"));
  expect_helper_is("helper", true);
}

TEST_F(DebugFile, OfAnotherBuildIsNotUsed) {
  std::ofstream(debug_, std::ios::app) << "changed";
  char expected[40];
  std::snprintf(expected, sizeof(expected), "libfunctions+%#lx", static_cast<unsigned long>(helper_));
  expect_helper_is(expected, false);
}

TEST_F(DebugFile, ItsSymbolsCountWithoutItsDebugInformation) {
  auto binary = Binary::open(stripped_, id_, {.debug_root = scratch_.path("root"), .debug_info = false});
  ASSERT_TRUE(binary.ok());
  EXPECT_EQ((*binary)->function_at(helper_).name, "helper");
  EXPECT_EQ((*binary)->function_at(helper_).line, 0U);
}

TEST_F(DebugFile, WithoutItExportedFunctionsStillHaveNames) {
  std::filesystem::remove(debug_);
  auto binary = open();
  ASSERT_NE(binary, nullptr);
  EXPECT_EQ(binary->function_at(nm(fixture("functions.so")).at("split")).name, "split");
}

TEST(DebugLinkCrc, IsTheCrcOfEverybody) {
  EXPECT_EQ(debug_link_crc("123456789"), 0xCBF43926U);  // the check value of CRC-32
  EXPECT_EQ(debug_link_crc(""), 0U);
}

}  // namespace
}  // namespace glimpse::collector
