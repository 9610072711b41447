#include "collector/names/symbol_table.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "policy/demangle.h"

namespace glimpse::collector {
namespace {

constexpr std::uint32_t kNoEntry = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kMostBytes = std::numeric_limits<std::uint32_t>::max();

bool names_code(const Elf64_Sym& symbol) {
  const auto type = ELF64_ST_TYPE(symbol.st_info);
  if (type != STT_FUNC && type != STT_GNU_IFUNC) return false;
  // An undefined function with a value is a stub of this executable that stands for the function's address.
  return symbol.st_shndx != SHN_UNDEF || symbol.st_value != 0;
}

int rank_of_binding(std::uint8_t binding) {
  if (binding == STB_GLOBAL) return 0;
  return binding == STB_WEAK ? 1 : 2;
}

// `__libc_write` and `_IO_puts` are other names of `write` and `puts`.
bool reserved_alias(std::string_view name) { return name.starts_with('_') && !name.starts_with("_Z"); }

}  // namespace

void SymbolTable::add(const ElfFile::SymbolTable& table) {
  const auto which = static_cast<std::uint8_t>(tables_.size());
  tables_.push_back(table);
  std::size_t functions = entries_.size();
  for (std::size_t i = 0; i < table.size(); ++i) functions += names_code(table.symbol(i)) ? 1 : 0;
  entries_.reserve(functions);
  for (std::size_t i = 0; i < table.size(); ++i) {
    const Elf64_Sym symbol = table.symbol(i);
    if (!names_code(symbol) || symbol.st_name >= table.strings.size()) continue;
    if (entries_.size() == kNoEntry) return;
    const bool stub = symbol.st_shndx == SHN_UNDEF;
    const std::uint64_t size = stub ? 0 : std::min({symbol.st_size, ~symbol.st_value, kMostBytes});
    entries_.push_back({symbol.st_value, static_cast<std::uint32_t>(size), symbol.st_name, kNoEntry, which,
                        static_cast<std::uint8_t>(ELF64_ST_BIND(symbol.st_info)), stub});
  }
}

void SymbolTable::finish() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.start < b.start; });

  // Each address once, with the best of its names and the largest of its sizes.
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (kept > 0 && entries_[kept - 1].start == entries_[i].start) {
      Entry& best = entries_[kept - 1];
      const std::uint32_t size = std::max(best.size, entries_[i].size);
      if (better(entries_[i], best)) best = entries_[i];
      best.size = size;
    } else {
      entries_[kept++] = entries_[i];
    }
  }
  entries_.resize(kept);
  entries_.shrink_to_fit();

  std::vector<std::uint32_t> open;
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    while (!open.empty() && entries_[open.back()].start + entries_[open.back()].size <= entries_[i].start) {
      open.pop_back();
    }
    entries_[i].enclosing = open.empty() ? kNoEntry : open.back();
    if (entries_[i].size > 0) open.push_back(i);
  }
}

Symbol SymbolTable::operator[](std::size_t index) const {
  const Entry& entry = entries_[index];
  return {entry.start, entry.size, name_of(entry), entry.stub};
}

std::size_t SymbolTable::find(std::uint64_t address) const {
  const auto after = std::upper_bound(entries_.begin(), entries_.end(), address,
                                      [](std::uint64_t value, const Entry& entry) { return value < entry.start; });
  if (after == entries_.begin()) return kNone;
  auto index = static_cast<std::uint32_t>(after - entries_.begin() - 1);
  if (entries_[index].start == address) return index;
  while (index != kNoEntry && address - entries_[index].start >= entries_[index].size) {
    index = entries_[index].enclosing;
  }
  return index == kNoEntry ? kNone : index;
}

std::string_view SymbolTable::name_of(const Entry& entry) const { return tables_[entry.table].name(entry.name); }

bool SymbolTable::better(const Entry& a, const Entry& b) const {
  const auto key = [this](const Entry& entry) {
    const std::string_view name = name_of(entry);
    return std::tuple(name.empty(), entry.size == 0, policy::source_symbol(name).size() != name.size(),
                      reserved_alias(name), rank_of_binding(entry.binding), name.size(), name);
  };
  return key(a) < key(b);
}

}  // namespace glimpse::collector
