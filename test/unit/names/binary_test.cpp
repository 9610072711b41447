#include "collector/names/binary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "collector/names/elf_file.h"
#include "test/unit/names/fixture.h"

namespace glimpse::collector {
namespace {

std::unique_ptr<Binary> open(const std::string& path) {
  auto binary = Binary::open(path, "");
  EXPECT_TRUE(binary.ok()) << binary.error().message;
  return std::move(*binary);
}

TEST(Binary, IsAnErrorWhenItWasReplacedOrDeletedSinceItWasLoaded) {
  const std::string path = fixture("functions.so");
  const std::string id = ElfFile::open(path).value()->build_id();
  EXPECT_TRUE(Binary::open(path, id).ok());
  EXPECT_NE(Binary::open(path, "00ff").error().message.find("replaced after it was loaded (build-id 00ff"),
            std::string::npos);
  EXPECT_EQ(Binary::open(path + " (deleted)", id).error().message,
            path + " (deleted): the file was deleted after it was loaded");
}

TEST(Binary, AnAddressOutsideEverySymbolIsModulePlusOffset) {
  const FunctionName name = open(fixture("functions.so"))->function_at(0xffff1234);
  EXPECT_EQ(name.name, "functions+0xffff1234");
  EXPECT_EQ(name.module, "functions");
  EXPECT_TRUE(name.module_is_binary);
  EXPECT_EQ(name.line, 0U);
}

TEST(Binary, FunctionsOfCBelongToTheBinary) {
  const std::string path = fixture("functions.so");
  const FunctionName helper = open(path)->function_at(nm(path).at("helper"));
  EXPECT_EQ(helper.name, "helper");
  EXPECT_EQ(helper.module, "functions");
  EXPECT_TRUE(helper.module_is_binary);
  EXPECT_EQ(helper.file, GLIMPSE_TEST_DATA "/fixture/functions.c");
  EXPECT_EQ(helper.line, 4U);
}

TEST(Binary, CodeSplitOffIsNamedAsTheFunctionItIsPartOf) {
  const std::string path = fixture("functions.so");
  const auto symbols = nm(path);
  ASSERT_TRUE(symbols.count("split.cold"));
  const auto binary = open(path);
  EXPECT_EQ(binary->function_at(symbols.at("split.cold")).name, "split");
  const std::vector<FunctionName> functions = binary->functions();
  EXPECT_EQ(std::count_if(functions.begin(), functions.end(), [](const FunctionName& f) { return f.name == "split"; }),
            1);
}

TEST(Binary, AssemblyWithoutASizeIsNamedAtItsAddressOnly) {
  const std::string path = fixture("functions.so");
  const std::uint64_t address = nm(path).at("without_size");
  const auto binary = open(path);
  EXPECT_EQ(binary->function_at(address).name, "without_size");
  EXPECT_NE(binary->function_at(address + 1).name, "without_size");
}

TEST(Binary, NamesThatAreNotTextAreKeptByteByByte) {
  const Scratch scratch;
  const std::string path = scratch.path("strange.so");
  ASSERT_TRUE(
      run("objcopy --redefine-sym helper=\"$(printf 'na\\377me')\" '" + fixture("functions.so") + "' '" + path + "'"));
  EXPECT_EQ(open(path)->function_at(nm(fixture("functions.so")).at("helper")).name, "na\xffme");
}

TEST(Binary, WithoutSymbolsTheNameIsDebugInformations) {
  const Scratch scratch;
  const std::string path = scratch.path("libno_symbols.so");
  ASSERT_TRUE(run("objcopy --strip-symbol=helper '" + fixture("functions.so") + "' '" + path + "'"));
  const FunctionName helper = open(path)->function_at(nm(fixture("functions.so")).at("helper"));
  EXPECT_EQ(helper.name, "helper");
  EXPECT_EQ(helper.line, 4U);
  EXPECT_EQ(helper.module, "libno_symbols");
}

TEST(Binary, VisitingItsFunctionsStopsWhenToldTo) {
  const auto binary = open(fixture("functions.so"));
  std::vector<std::string> seen;
  binary->each_function([&seen](const FunctionName& function) {
    seen.push_back(function.name);
    return seen.size() < 2;
  });
  EXPECT_EQ(seen.size(), 2U);
  const std::vector<FunctionName> all = binary->functions();
  ASSERT_GT(all.size(), 2U);
  EXPECT_EQ(all[0].name, seen[0]);
  EXPECT_EQ(all[1].name, seen[1]);
}

TEST(Binary, WordsThatNoFunctionCanHaveAreTold) {
  const Scratch scratch;
  const auto binary = open(fixture("functions.so"));
  EXPECT_TRUE(binary->may_name("helper"));
  EXPECT_TRUE(binary->may_name("functions")) << "its own name";
  EXPECT_FALSE(binary->may_name("elsewhere_entirely"));

  // The namespace of an extern "C" function is in the debug information only, and compressed that tells nothing.
  std::ofstream source(scratch.path("c.cpp"));
  source << "namespace hidden_away {\n";
  for (int i = 0; i < 50; ++i) source << "extern \"C\" int plain_function_number_" << i << "() { return 1; }\n";
  source << "}\n" << std::flush;
  const auto built = [&](const std::string& flags) {
    const std::string path = scratch.path("c.so");
    EXPECT_TRUE(run("g++ -fPIC -shared " + flags + " '" + scratch.path("c.cpp") + "' -o '" + path + "'"));
    return path;
  };
  EXPECT_FALSE(open(built("-g0"))->may_name("hidden_away"));
  const std::string path = built("-g");
  EXPECT_EQ(open(path)->function_at(nm(path).at("plain_function_number_7")).module, "hidden_away");
  EXPECT_TRUE(open(path)->may_name("hidden_away"));
  const std::string compressed = built("-g -gz=zlib");
  ASSERT_EQ(ElfFile::open(compressed).value()->bytes().find("hidden_away"), std::string_view::npos);
  EXPECT_TRUE(open(compressed)->may_name("hidden_away"));
}

// Clang then calls the source file 0, which not every reader of DWARF 5 knows.
TEST(Binary, SourcesGivenByARelativePathAreFoundByTheirFolder) {
  const Scratch scratch;
  std::ofstream(scratch.path("relative.c")) << "int\nanswer(void) { return 42; }\n";
  for (const char* compiler : {"gcc", "clang-14", "clang-19"}) {
    if (!run(std::string("command -v ") + compiler + " >/dev/null")) continue;
    ASSERT_TRUE(run("cd '" + scratch.path("") + "' && " + compiler + " -g -fPIC -shared relative.c -o relative.so"));
    const std::string path = scratch.path("relative.so");
    const FunctionName answer = open(path)->function_at(nm(path).at("answer"));
    EXPECT_EQ(answer.file, scratch.path("relative.c")) << compiler;
    EXPECT_EQ(answer.line, 2U) << compiler;
  }
}

TEST(Binary, KnowsWhetherItIsInstrumented) {
  const Scratch scratch;
  const std::string source = GLIMPSE_TEST_DATA "/fixture/functions.c";
  ASSERT_TRUE(run("gcc -w -finstrument-functions -fPIC -shared '" + source + "' -o '" + scratch.path("with.so") + "'"));
  ASSERT_TRUE(run("strip '" + scratch.path("with.so") + "'"));
  EXPECT_TRUE(open(scratch.path("with.so"))->instrumented());
  EXPECT_FALSE(open(scratch.path("with.so"))->has_symtab());
  EXPECT_FALSE(open(fixture("functions.so"))->instrumented());
  EXPECT_TRUE(open(fixture("functions.so"))->has_symtab());

  // A library that offers the hook, as libc does, is not instrumented.
  std::ofstream(scratch.path("hook.c")) << "void __cyg_profile_func_enter(void* f, void* c) {}\n";
  ASSERT_TRUE(run("gcc -w -fPIC -shared -Wl,-soname,libhook.so '" + scratch.path("hook.c") + "' -o '" +
                  scratch.path("libhook.so") + "'"));
  EXPECT_FALSE(open(scratch.path("libhook.so"))->instrumented());
}

// In a program at a fixed address, the address of a library's function can be the program's own stub.
TEST(Binary, StubsOfLibraryFunctionsHaveTheFunctionsName) {
  const Scratch scratch;
  std::ofstream(scratch.path("stub.c"))
      << "int split(int); void* volatile kept; int main() { kept = (void*)split; return 0; }\n";
  const std::string program = scratch.path("stub");
  ASSERT_TRUE(run("gcc -w -no-pie -fno-pie '" + scratch.path("stub.c") + "' '" + fixture("functions.so") + "' -o '" +
                  program + "'"));
  const auto elf = ElfFile::open(program);
  ASSERT_TRUE(elf.ok());
  const ElfFile::SymbolTable dynsym = (*elf)->dynsym();
  std::uint64_t stub = 0;
  for (std::size_t i = 0; i < dynsym.size(); ++i) {
    if (dynsym.name(dynsym.symbol(i).st_name) == "split") stub = dynsym.symbol(i).st_value;
  }
  ASSERT_NE(stub, 0U);
  const auto binary = open(program);
  EXPECT_EQ(binary->function_at(stub).name, "split");
  EXPECT_NE(binary->function_at(stub + 1).name, "split");
  for (const FunctionName& function : binary->functions()) EXPECT_NE(function.name, "split");
}

TEST(BinaryModule, IsTheNameWithoutFolderAndLibraryVersion) {
  EXPECT_EQ(binary_module("/usr/lib/x86_64-linux-gnu/libz.so.1.2.13"), "libz");
  EXPECT_EQ(binary_module("libfoo-2.1.so"), "libfoo-2.1");
  EXPECT_EQ(binary_module("/usr/bin/ninja"), "ninja");
  EXPECT_EQ(binary_module("/usr/bin/python3.11"), "python3.11");
  EXPECT_EQ(binary_module("/lib64/ld-linux-x86-64.so.2"), "ld-linux-x86-64");
  EXPECT_EQ(binary_module("/opt/app (deleted)"), "app");
  EXPECT_EQ(binary_module("weird.sock"), "weird.sock");
  EXPECT_EQ(binary_module("libx.so.bak"), "libx.so.bak");
  EXPECT_EQ(binary_module("[vdso]"), "[vdso]");
  EXPECT_EQ(binary_module(""), "");
}

}  // namespace
}  // namespace glimpse::collector
