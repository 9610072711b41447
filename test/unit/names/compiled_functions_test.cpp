#include "collector/names/compiled_functions.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include "collector/names/binary.h"
#include "glimpse/wire/compiled.h"
#include "test/unit/names/fixture.h"

namespace glimpse::collector {
namespace {

std::unique_ptr<ElfFile> elf(const std::string& path) { return std::move(ElfFile::open(path).value()); }

TEST(CompiledFunctions, AreFoundByTheAddressOfTheirCode) {
  const std::string path = fixture("compiled.so");
  const auto file = elf(path);
  const CompiledFunctions functions(*file);
  ASSERT_EQ(functions.size(), 6U) << "another version's, and one of no function, are passed over";
  const auto exported = functions.at(nm(path).at("exported"));
  ASSERT_TRUE(exported);
  EXPECT_EQ(exported->name, "app::exported(int)");
  EXPECT_EQ(exported->module, "app");
  EXPECT_EQ(exported->file, "/src/app.cpp");
  EXPECT_EQ(exported->line, 3U) << "of two, the first";
  EXPECT_TRUE(exported->native);
  EXPECT_FALSE(exported->asked);
  EXPECT_FALSE(functions.at(nm(path).at("by_descriptor")));
  const CompiledFunction asked = functions[3];
  EXPECT_EQ(asked.name, "lib::asked()");
  EXPECT_TRUE(asked.asked);
  EXPECT_FALSE(asked.native);
  EXPECT_EQ(functions[4].name, "");
}

TEST(CompiledFunctions, NameWhatHasNeitherSymbolsNorDebugInformation) {
  const Scratch scratch;
  const std::string path = scratch.path("libc_like.so.1");
  ASSERT_TRUE(run("strip -o '" + path + "' '" + fixture("compiled.so") + "'"));
  const std::uint64_t exported = nm(fixture("compiled.so")).at("exported");
  auto binary = std::move(Binary::open(path, "").value());
  EXPECT_FALSE(binary->has_symtab());
  EXPECT_TRUE(binary->instrumented());

  const FunctionName first = binary->function_at(exported);
  EXPECT_EQ(first.name, "app::exported(int)") << "the plugin's word goes before the symbol's";
  EXPECT_EQ(first.module, "app");
  EXPECT_EQ(first.line, 3U);
  const FunctionName hidden = binary->function_at(exported + 1);
  EXPECT_EQ(hidden.name, "app::(anonymous namespace)::hidden()");
  EXPECT_EQ(hidden.module, "app::(anonymous namespace)");
  EXPECT_EQ(hidden.file, "/src/app.cpp");
  EXPECT_EQ(hidden.line, 4U);
  const FunctionName plain = binary->function_at(exported + 2);
  EXPECT_EQ(plain.module, "libc_like");
  EXPECT_TRUE(plain.module_is_binary);
  EXPECT_TRUE(binary->function_at(exported + 3).asked);
  const FunctionName nameless = binary->function_at(exported + 4);
  EXPECT_TRUE(nameless.name.starts_with("libc_like+0x")) << nameless.name;
  EXPECT_EQ(nameless.line, 6U);

  std::vector<std::string> names;
  for (const FunctionName& function : binary->functions()) names.push_back(function.name);
  EXPECT_EQ(names, (std::vector<std::string>{"app::exported(int)", "app::(anonymous namespace)::hidden()", "plain",
                                             "lib::asked()", nameless.name, "by_descriptor"}))
      << "each once";
  EXPECT_EQ(binary->functions().back().line, 10U);
  std::uint64_t offset = 1;
  EXPECT_EQ(binary->code_at(exported, offset).name, "app::exported(int)");
  EXPECT_EQ(offset, 0U);

  const Binary::Compiled left = binary->compiled();
  EXPECT_EQ(left.functions, 6U);
  EXPECT_EQ(left.native, 4U);
  EXPECT_EQ(left.asked, 1U);
  EXPECT_EQ(left.policies.size(), 3U);
}

TEST(CompiledFunctions, VisitingStopsAmongThoseWithoutSymbols) {
  const auto binary = std::move(Binary::open(fixture("compiled.so"), "").value());
  std::size_t seen = 0;
  binary->each_function([&seen](const FunctionName&) { return ++seen < 3; });
  EXPECT_EQ(seen, 3U);
}

TEST(CompiledFunctions, WhatPointsNowhereIsPassedOver) {
  const Scratch scratch;
  std::ifstream whole(fixture("compiled.so"), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(whole)), {});
  const std::size_t section = bytes.find(elf(fixture("compiled.so"))->sections(wire::kFunctionSection).at(0).bytes);
  ASSERT_NE(section, std::string::npos);
  for (std::size_t at = section; at + 4 <= section + sizeof(wire::FunctionDescriptor) * 9; at += 4) {
    for (const std::uint32_t value : {0x7fffffffU, 0x80000000U, 0xffffffffU, 1U}) {
      std::string broken = bytes;
      std::memcpy(broken.data() + at, &value, sizeof(value));
      std::ofstream(scratch.path("broken.so"), std::ios::binary | std::ios::trunc) << broken;
      const auto binary = Binary::open(scratch.path("broken.so"), "", {.debug_root = "", .debug_info = false});
      ASSERT_TRUE(binary.ok());
      (void)binary.value()->functions();
    }
  }
}

}  // namespace
}  // namespace glimpse::collector
