// Every function of fixture/shapes.cpp has the name and module that stand above it, in every build of it.
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "collector/names/binary.h"
#include "test/unit/names/fixture.h"

namespace glimpse::collector {
namespace {

const char* const kSource = GLIMPSE_TEST_DATA "/fixture/shapes.cpp";

struct Expectation {
  std::string name;
  std::string module;
  std::string module_by_symbols;
  std::uint32_t line;
};

std::vector<Expectation> expectations(bool gcc) {
  std::vector<Expectation> expected;
  std::ifstream source(kSource);
  std::string text;
  for (std::uint32_t line = 1; std::getline(source, text); ++line) {
    const auto start = text.find_first_not_of(' ');
    if (line < 10 || start == std::string::npos || text.compare(start, 3, "// ") != 0) continue;
    text.erase(0, start + 3);
    const auto bar = text.find(" | ");
    if (bar == std::string::npos) continue;
    std::string name = text.substr(0, bar);
    std::string module = text.substr(bar + 3);
    std::string by_symbols = module;
    if (const auto second = module.find(" | "); second != std::string::npos) {
      by_symbols = module.substr(second + 3);
      module.erase(second);
    }
    if (name.rfind("gcc: ", 0) == 0) {
      if (!gcc) continue;
      name.erase(0, 5);
    }
    expected.push_back({name, module, by_symbols, line + 1});
  }
  return expected;
}

// A fixture exists for each compiler that was there when the tests were built: scripts/setup-debian installs all of
// them, and nothing is skipped in .ci/run.
class Shapes : public testing::TestWithParam<std::string> {};

TEST_P(Shapes, AreNamedAsTheSourceNamesThem) {
  const std::string path = fixture(GetParam());
  // The build makes a fixture with each compiler it finds; scripts/setup-debian installs all of them.
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "this compiler is not here";
  const bool debug = GetParam().find("debug") != std::string::npos;
  auto binary = Binary::open(path, "");
  ASSERT_TRUE(binary.ok()) << binary.error().message;
  const bool lines = GetParam().find("lines") != std::string::npos;  // -g1: file and line, no scopes
  EXPECT_EQ((*binary)->has_debug_info(), debug || lines);

  std::map<std::string, FunctionName> functions;
  for (FunctionName& function : (*binary)->functions()) functions[function.name] = function;
  const std::vector<Expectation> expected = expectations(GetParam().rfind("gcc", 0) == 0);
  ASSERT_GT(expected.size(), 35U);
  for (const Expectation& want : expected) {
    ASSERT_TRUE(functions.count(want.name)) << want.name;
    const FunctionName& got = functions[want.name];
    std::string module = debug ? want.module : want.module_by_symbols;
    if (module == "*") module = binary_module(path);
    EXPECT_EQ(got.module, module) << want.name;
    EXPECT_EQ(got.module_is_binary, module == binary_module(path)) << want.name;
    if (debug) {
      EXPECT_EQ(got.file, kSource) << want.name;
      EXPECT_EQ(got.line, want.line) << want.name;
    }
  }
}

TEST_P(Shapes, AreFoundAtTheirFirstAndLastByte) {
  const std::string path = fixture(GetParam());
  // The build makes a fixture with each compiler it finds; scripts/setup-debian installs all of them.
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "this compiler is not here";
  auto binary = Binary::open(path, "");
  ASSERT_TRUE(binary.ok());
  const auto symbols = nm(path);
  const auto plain = symbols.find("_ZN3app5plainEi");
  ASSERT_NE(plain, symbols.end());
  EXPECT_EQ((*binary)->function_at(plain->second).name, "app::plain(int)");
  EXPECT_EQ((*binary)->function_at(plain->second + 1).name, "app::plain(int)");
  EXPECT_NE((*binary)->function_at(plain->second - 1).name, "app::plain(int)");
}

INSTANTIATE_TEST_SUITE_P(Compilers, Shapes,
                         testing::Values("gcc-O0-debug.so", "gcc-O2-debug.so", "gcc-O0-symbols.so", "gcc-O2-symbols.so",
                                         "clang-14-O0-debug.so", "clang-14-O2-debug.so", "clang-14-O0-symbols.so",
                                         "clang-14-O2-symbols.so", "clang-19-O0-debug.so", "clang-19-O2-debug.so",
                                         "clang-19-O0-symbols.so", "clang-19-O2-symbols.so", "gcc-O0-lines.so",
                                         "clang-19-O0-lines.so"),
                         [](const auto& shape) {
                           std::string name = shape.param.substr(0, shape.param.size() - 3);
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

}  // namespace
}  // namespace glimpse::collector
