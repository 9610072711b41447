#include "cli/settings.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace glimpse::cli {
namespace {

TEST(Settings, TheDocumentationHasTheTableAsItIs) {
  std::ifstream stream(GLIMPSE_TEST_DATA "/../../../docs/configuration.md");
  const std::string page{std::istreambuf_iterator<char>(stream), {}};
  ASSERT_FALSE(page.empty());
  const std::string begin = "<!-- settings: from include/glimpse/options.def -->\n";
  const auto at = page.find(begin);
  ASSERT_NE(at, std::string::npos);
  const auto end = page.find("<!-- end -->", at);
  EXPECT_EQ(page.substr(at + begin.size(), end - at - begin.size()), settings_as_markdown());
}

TEST(Settings, EachIsFoundByItsVariableAndItsOption) {
  for (const auto& setting : settings()) {
    EXPECT_EQ(setting_of_variable(setting.variable), &setting);
    if (!setting.flag.empty()) {
      EXPECT_EQ(setting_of_flag(setting.flag), &setting);
    }
  }
  EXPECT_EQ(setting_of_flag(""), nullptr);
  EXPECT_EQ(setting_of_variable("GLIMPSE_NOTHING"), nullptr);
}

}  // namespace
}  // namespace glimpse::cli
