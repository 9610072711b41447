#include "collector/names/symbol_table.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <string>
#include <vector>

namespace glimpse::collector {
namespace {

// A symbol table made by hand.
class Table {
 public:
  Table& add(const std::string& name, std::uint64_t start, std::uint64_t size, unsigned char binding = STB_GLOBAL,
             unsigned char type = STT_FUNC, std::uint16_t section = 1) {
    Elf64_Sym symbol{};
    symbol.st_name = static_cast<Elf64_Word>(strings_.size());
    symbol.st_info = static_cast<unsigned char>(ELF64_ST_INFO(binding, type));
    symbol.st_shndx = section;
    symbol.st_value = start;
    symbol.st_size = size;
    strings_ += name + '\0';
    entries_.append(reinterpret_cast<const char*>(&symbol), sizeof(symbol));
    return *this;
  }
  ElfFile::SymbolTable view() const { return {entries_, strings_}; }

 private:
  std::string entries_;
  std::string strings_ = std::string(1, '\0');
};

SymbolTable table_of(const Table& table) {
  SymbolTable symbols;
  symbols.add(table.view());
  symbols.finish();
  return symbols;
}

std::string at(const SymbolTable& symbols, std::uint64_t address) {
  const std::size_t index = symbols.find(address);
  return index == SymbolTable::kNone ? "" : std::string(symbols[index].name);
}

TEST(SymbolTable, AnAddressOutsideEverySymbolHasNoName) {
  Table table;
  const SymbolTable symbols = table_of(table.add("b", 0x2000, 0x10).add("a", 0x1000, 0x10));
  EXPECT_EQ(at(symbols, 0x0fff), "");
  EXPECT_EQ(at(symbols, 0x1000), "a");
  EXPECT_EQ(at(symbols, 0x100f), "a");
  EXPECT_EQ(at(symbols, 0x1010), "");
  EXPECT_EQ(at(symbols, 0x200f), "b");
  EXPECT_EQ(at(symbols, 0x2010), "");
  EXPECT_EQ(at(symbols, ~std::uint64_t{0}), "");
}

TEST(SymbolTable, ASizeThatMakesNoSenseCoversNoMoreThanFourGibibytes) {
  Table table;
  const SymbolTable symbols = table_of(table.add("endless", 0x1000, ~std::uint64_t{0}));
  EXPECT_EQ(at(symbols, 0x10000000), "endless");
  EXPECT_EQ(at(symbols, 0x200000000), "");
}

TEST(SymbolTable, TheInnermostOfNestedSymbolsCovers) {
  Table table;
  const SymbolTable symbols =
      table_of(table.add("outer", 0x1000, 0x100).add("inner", 0x1010, 0x10).add("second", 0x1020, 0x10));
  EXPECT_EQ(at(symbols, 0x1015), "inner");
  EXPECT_EQ(at(symbols, 0x1025), "second");
  EXPECT_EQ(at(symbols, 0x1030), "outer");
  EXPECT_EQ(at(symbols, 0x1100), "");
}

TEST(SymbolTable, ASymbolWithoutSizeNamesItsOwnAddressOnly) {
  Table table;
  const SymbolTable symbols =
      table_of(table.add("around", 0x1000, 0x20).add("label", 0x1010, 0).add("alone", 0x3000, 0));
  EXPECT_EQ(at(symbols, 0x1010), "label");
  EXPECT_EQ(at(symbols, 0x1011), "around");
  EXPECT_EQ(at(symbols, 0x3000), "alone");
  EXPECT_EQ(at(symbols, 0x3001), "");
}

TEST(SymbolTable, OfSeveralNamesTheSourcesOwnIsChosen) {
  const auto chosen = [](const Table& table) { return at(table_of(table), 0x1000); };
  EXPECT_EQ(chosen(Table().add("__libc_write", 0x1000, 8).add("write", 0x1000, 8, STB_WEAK)), "write");
  EXPECT_EQ(chosen(Table().add("a_local", 0x1000, 8, STB_LOCAL).add("the_global", 0x1000, 8)), "the_global");
  EXPECT_EQ(chosen(Table().add("f.constprop.0", 0x1000, 8).add("f_local", 0x1000, 8, STB_LOCAL)), "f_local");
  EXPECT_EQ(chosen(Table().add("no_size", 0x1000, 0).add("sized_one", 0x1000, 8, STB_LOCAL)), "sized_one");
  EXPECT_EQ(chosen(Table().add("_ZN1AC2Ev", 0x1000, 8).add("_ZN1AC1Ev", 0x1000, 8)), "_ZN1AC1Ev");
  EXPECT_EQ(chosen(Table().add("_ZN1AC1Ev", 0x1000, 8).add("_ZN1AC2Ev", 0x1000, 8)), "_ZN1AC1Ev");
}

TEST(SymbolTable, TakesFunctionsOnly) {
  Table table;
  table.add("data", 0x1000, 8, STB_GLOBAL, STT_OBJECT).add("indirect", 0x2000, 8, STB_GLOBAL, STT_GNU_IFUNC);
  table.add("imported", 0, 0, STB_GLOBAL, STT_FUNC, SHN_UNDEF);
  const SymbolTable symbols = table_of(table);
  EXPECT_EQ(symbols.size(), 1U);
  EXPECT_EQ(at(symbols, 0x2000), "indirect");
}

TEST(SymbolTable, AnUndefinedFunctionWithAValueIsAStub) {
  Table table;
  const SymbolTable symbols = table_of(table.add("puts", 0x401030, 0, STB_GLOBAL, STT_FUNC, SHN_UNDEF));
  EXPECT_EQ(at(symbols, 0x401030), "puts");
  EXPECT_TRUE(symbols[0].stub);
}

TEST(SymbolTable, VersionsAreNoPartOfTheName) {
  EXPECT_EQ(at(table_of(Table().add("memcpy@@GLIBC_2.14", 0x1000, 8)), 0x1000), "memcpy");
}

TEST(SymbolTable, TablesAreMerged) {
  Table first;
  Table second;
  first.add("only_first", 0x1000, 8).add("_both", 0x2000, 8);
  second.add("only_second", 0x3000, 8).add("both", 0x2000, 8);
  SymbolTable symbols;
  symbols.add(first.view());
  symbols.add(second.view());
  symbols.finish();
  EXPECT_EQ(symbols.size(), 3U);
  EXPECT_EQ(at(symbols, 0x2000), "both");
  EXPECT_EQ(at(symbols, 0x3000), "only_second");
}

TEST(SymbolTable, SymbolsThatMakeNoSenseAreHarmless) {
  Table table;
  table.add("endless", 0x1000, ~std::uint64_t{0}).add("last", ~std::uint64_t{0}, ~std::uint64_t{0});
  table.add("middle", 0x3000, 8);
  ElfFile::SymbolTable view = table.view();
  const SymbolTable symbols = table_of(table);
  EXPECT_EQ(at(symbols, 0x5000), "endless");
  view.strings = view.strings.substr(0, 3);  // names past the end of the strings
  SymbolTable cut;
  cut.add(view);
  cut.finish();
  EXPECT_EQ(cut.size(), 1U);
  EXPECT_EQ(at(cut, 0x1000), "en");
}

// Names are megabytes that nobody may ever ask for. Here they cannot be read: touching one ends the test.
TEST(SymbolTable, AMillionSymbolsAreSortedAndFoundWithoutReadingAName) {
  constexpr std::size_t kSymbols = 1'000'000;
  constexpr std::size_t kNameBytes = 64;
  void* names = ::mmap(nullptr, kSymbols * kNameBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(names, MAP_FAILED);
  std::vector<Elf64_Sym> entries(kSymbols);
  for (std::size_t i = 0; i < kSymbols; ++i) {
    Elf64_Sym& symbol = entries[i];
    symbol.st_name = static_cast<Elf64_Word>(i * kNameBytes);
    symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
    symbol.st_shndx = 1;
    symbol.st_value = 0x1000 + (i * 7919 % kSymbols) * 32;  // in no order
    symbol.st_size = 24;
  }
  SymbolTable symbols;
  symbols.add({{reinterpret_cast<const char*>(entries.data()), kSymbols * sizeof(Elf64_Sym)},
               {static_cast<const char*>(names), kSymbols * kNameBytes}});
  symbols.finish();
  EXPECT_EQ(symbols.size(), kSymbols);
  for (std::size_t i = 0; i < kSymbols; ++i) {
    ASSERT_EQ(symbols.find(0x1000 + i * 32 + 23), i);
    ASSERT_EQ(symbols.find(0x1000 + i * 32 + 24), SymbolTable::kNone);
  }
  ::munmap(names, kSymbols * kNameBytes);
}

}  // namespace
}  // namespace glimpse::collector
