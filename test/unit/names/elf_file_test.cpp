#include "collector/names/elf_file.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <sstream>

#include "collector/names/binary.h"
#include "test/unit/names/fixture.h"

namespace glimpse::collector {
namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

TEST(ElfFile, ReadsWhatBinutilsReads) {
  const std::string path = fixture("functions.so");
  const auto elf = ElfFile::open(path);
  ASSERT_TRUE(elf.ok());
  EXPECT_GT((*elf)->symtab().size(), 10U);
  EXPECT_GT((*elf)->dynsym().size(), 2U);
  EXPECT_TRUE((*elf)->has_section(".debug_info"));
  EXPECT_FALSE((*elf)->has_section(".bss"));  // has no bytes
  EXPECT_TRUE((*elf)->is_library());
  EXPECT_TRUE((*elf)->debug_link().name.empty());
  const std::string id = (*elf)->build_id();
  EXPECT_EQ(id.size(), 40U);
  EXPECT_TRUE(run("readelf -n '" + path + "' | grep -q 'Build ID: " + id + "'"));
}

TEST(ElfFile, SaysWhatIsWrongWithAFile) {
  const Scratch scratch;
  const auto message = [](const std::string& path) { return ElfFile::open(path).error().message; };
  EXPECT_EQ(message(scratch.path("none")), scratch.path("none") + ": No such file or directory");
  EXPECT_EQ(message(scratch.path("")), scratch.path("") + ": not an ELF file");
  write(scratch.path("text"), std::string(100, 'x'));
  EXPECT_EQ(message(scratch.path("text")), scratch.path("text") + ": not an ELF file");
  write(scratch.path("empty"), "");
  EXPECT_EQ(message(scratch.path("empty")), scratch.path("empty") + ": not an ELF file");
  std::string narrow = bytes_of(fixture("functions.so"));
  narrow[EI_CLASS] = ELFCLASS32;
  write(scratch.path("narrow"), narrow);
  EXPECT_EQ(message(scratch.path("narrow")), scratch.path("narrow") + ": not a 64-bit little-endian ELF file");
}

TEST(ElfFile, ATruncatedFileNamesWhatItStillCan) {
  const Scratch scratch;
  const std::string whole = bytes_of(fixture("functions.so"));
  for (std::size_t size = sizeof(Elf64_Ehdr); size < whole.size(); size += 997) {
    write(scratch.path("cut"), std::string_view(whole).substr(0, size));
    auto binary = Binary::open(scratch.path("cut"), "");
    ASSERT_TRUE(binary.ok());
    EXPECT_EQ((*binary)->function_at(0x1).name, "cut+0x1");
    (void)(*binary)->functions();
  }
}

TEST(ElfFile, HeadersFullOfOnesAreHarmless) {
  const Scratch scratch;
  const std::string whole = bytes_of(fixture("functions.so"));
  Elf64_Ehdr header;
  std::memcpy(&header, whole.data(), sizeof(header));
  for (std::size_t at = header.e_shoff; at + 8 <= whole.size(); at += 8) {
    std::string broken = whole;
    std::memset(broken.data() + at, 0xff, 8);
    write(scratch.path("broken"), broken);
    auto binary = Binary::open(scratch.path("broken"), "", {.debug_root = "", .debug_info = false});
    ASSERT_TRUE(binary.ok());
    (void)(*binary)->functions();
  }
}

// The page after the file's last is nobody's.
TEST(ElfFile, ATableThatReachesOverTheEndIsNotRead) {
  const Scratch scratch;
  std::string page = bytes_of(fixture("functions.so")).substr(0, 4096);
  Elf64_Ehdr header;
  std::memcpy(&header, page.data(), sizeof(header));
  header.e_shoff = page.size() - 8;
  header.e_phoff = page.size() - 8;
  std::memcpy(page.data(), &header, sizeof(header));
  write(scratch.path("page"), page);
  const auto elf = ElfFile::open(scratch.path("page"));
  ASSERT_TRUE(elf.ok());
  EXPECT_EQ((*elf)->symtab().size(), 0U);
  EXPECT_EQ((*elf)->build_id(), "");
}

}  // namespace
}  // namespace glimpse::collector
