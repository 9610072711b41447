#include "collector/names/compiled_policies.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include "glimpse/wire/compiled.h"
#include "test/unit/names/fixture.h"

namespace glimpse::collector {
namespace {

std::vector<CompiledPolicy> policies_of(const std::string& path) {
  return compiled_policies(*ElfFile::open(path).value());
}

TEST(CompiledPolicies, EachIsThereOnceWithItsPathAndText) {
  const auto policies = policies_of(fixture("compiled.so"));
  ASSERT_EQ(policies.size(), 3U);
  EXPECT_EQ(policies[0].path, "/src/glimpse-policy.json");
  EXPECT_EQ(policies[0].text, "{}");
  EXPECT_EQ(policies[1].path, "") << "the built-in one";
  EXPECT_EQ(policies[2].path, "/src/part/glimpse-policy.json");
  EXPECT_EQ(policies[2].text, "{ }");
  EXPECT_TRUE(policies_of(fixture("functions.so")).empty());
}

TEST(CompiledPolicies, LengthsThatDoNotFitEndTheList) {
  const Scratch scratch;
  std::ifstream whole(fixture("compiled.so"), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(whole)), {});
  const auto file = std::move(ElfFile::open(fixture("compiled.so")).value());
  const std::size_t section = bytes.find(file->sections(wire::kPolicySection).at(0).bytes);
  ASSERT_NE(section, std::string::npos);
  for (const std::size_t at : {section, section + 4, section + 8}) {
    std::string broken = bytes;
    std::memset(broken.data() + at, 0xff, 4);
    std::ofstream(scratch.path("broken.so"), std::ios::binary | std::ios::trunc) << broken;
    EXPECT_TRUE(policies_of(scratch.path("broken.so")).empty());
  }
}

}  // namespace
}  // namespace glimpse::collector
