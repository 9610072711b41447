#include "collector/names/debug_info.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace glimpse::collector {
namespace {

// Deeper than any source nests; past it a tree is taken for corrupt.
constexpr int kMaxDepth = 200;

// [start, end) belongs to `what`.
template <typename T>
struct Span {
  Dwarf_Addr start;
  Dwarf_Addr end;
  T what;
};

template <typename T>
void sort_by_start(std::vector<Span<T>>& spans) {
  std::sort(spans.begin(), spans.end(), [](const auto& a, const auto& b) { return a.start < b.start; });
}

template <typename T>
const T* find_span(const std::vector<Span<T>>& spans, Dwarf_Addr address) {
  auto span = std::upper_bound(spans.begin(), spans.end(), address,
                               [](Dwarf_Addr value, const Span<T>& s) { return value < s.start; });
  if (span == spans.begin()) return nullptr;
  --span;
  return address < span->end ? &span->what : nullptr;
}

// Code that the linker dropped keeps its debug information, at address 0.
template <typename T>
void add_ranges(Dwarf_Die die, const T& what, std::vector<Span<T>>& spans) {
  Dwarf_Addr base = 0;
  Dwarf_Addr start = 0;
  Dwarf_Addr end = 0;
  for (std::ptrdiff_t at = 0; (at = dwarf_ranges(&die, at, &base, &start, &end)) > 0;) {
    if (start != 0 && start < end) spans.push_back({start, end, what});
  }
}

bool is_class(int tag) { return tag == DW_TAG_class_type || tag == DW_TAG_structure_type || tag == DW_TAG_union_type; }

bool holds_functions(int tag) {
  return is_class(tag) || tag == DW_TAG_namespace || tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block;
}

// The entry a concrete function refers back to: where it was declared.
Dwarf_Die declaration_of(Dwarf_Die die) {
  for (int i = 0; i < kMaxDepth; ++i) {
    Dwarf_Attribute reference;
    Dwarf_Die origin;
    if (dwarf_attr(&die, DW_AT_abstract_origin, &reference) == nullptr &&
        dwarf_attr(&die, DW_AT_specification, &reference) == nullptr) {
      break;
    }
    if (dwarf_formref_die(&reference, &origin) == nullptr) break;
    die = origin;
  }
  return die;
}

const char* text_of(Dwarf_Die& die, unsigned attribute) {
  Dwarf_Attribute value;
  return dwarf_attr_integrate(&die, attribute, &value) != nullptr ? dwarf_formstring(&value) : nullptr;
}

class LibdwInfo final : public DebugInfo {
 public:
  LibdwInfo(int file, Dwarf* dwarf) : file_(file), dwarf_(dwarf) {}
  ~LibdwInfo() override {
    dwarf_end(dwarf_);
    ::close(file_);
  }

  std::optional<Declaration> function_at(std::uint64_t address) override {
    find_units();
    const std::size_t* unit = find_span(unit_spans_, address);
    if (unit == nullptr) return std::nullopt;
    std::vector<Span<Dwarf_Die>>& functions = functions_[*unit];
    if (read(units_[*unit], &functions)) sort_by_start(functions);
    const Dwarf_Die* function = find_span(functions, address);
    if (function == nullptr) return code_at(units_[*unit], address);
    return describe(*function, address);
  }

  std::optional<SourceLine> line_at(std::uint64_t address) override {
    find_units();
    const std::size_t* unit = find_span(unit_spans_, address);
    if (unit == nullptr) return std::nullopt;
    return line_in(units_[*unit], address);
  }

 private:
  // Once: which unit has code where.
  void find_units() {
    if (std::exchange(units_found_, true)) return;
    Dwarf_CU* unit = nullptr;
    std::uint8_t type = 0;
    Dwarf_Die die;
    Dwarf_Die split;
    while (dwarf_get_units(dwarf_, unit, &unit, nullptr, &type, &die, &split) == 0) {
      if (type != DW_UT_compile && type != DW_UT_skeleton) continue;
      add_ranges(die, units_.size(), unit_spans_);
      units_.push_back(type == DW_UT_skeleton && split.addr != nullptr ? split : die);
    }
    functions_.resize(units_.size());
    sort_by_start(unit_spans_);
  }

  // Once per unit: the parent of each scope and function, and the code of the functions. Whether it was read now.
  bool read(const Dwarf_Die& unit, std::vector<Span<Dwarf_Die>>* functions) {
    if (!read_units_.insert(unit.addr).second) return false;
    read_children(unit, functions, 0);
    return true;
  }

  void read_children(Dwarf_Die parent, std::vector<Span<Dwarf_Die>>* functions, int depth) {
    Dwarf_Die child;
    if (depth > kMaxDepth || dwarf_child(&parent, &child) != 0) return;
    while (true) {
      const int tag = dwarf_tag(&child);
      if (holds_functions(tag)) {
        parents_.emplace(child.addr, parent);
        if (tag == DW_TAG_subprogram && functions != nullptr) add_ranges(child, child, *functions);
        if (dwarf_haschildren(&child) > 0) read_children(child, functions, depth + 1);
      }
      const void* before = child.addr;
      // Siblings stand in order; one that points back would never end.
      if (dwarf_siblingof(&child, &child) != 0 || std::less_equal<>{}(child.addr, before)) return;
    }
  }

  std::optional<Dwarf_Die> parent_of(Dwarf_Die die) {
    auto parent = parents_.find(die.addr);
    if (parent == parents_.end()) {
      Dwarf_Die unit;
      if (dwarf_diecu(&die, &unit, nullptr, nullptr) == nullptr) return std::nullopt;
      const auto known =
          std::find_if(units_.begin(), units_.end(), [&](const Dwarf_Die& u) { return u.addr == unit.addr; });
      std::vector<Span<Dwarf_Die>>* functions =
          known != units_.end() ? &functions_[static_cast<std::size_t>(known - units_.begin())] : nullptr;
      if (read(unit, functions) && functions != nullptr) sort_by_start(*functions);
      parent = parents_.find(die.addr);
    }
    if (parent == parents_.end()) return std::nullopt;
    return parent->second;
  }

  // Namespaces stand outside of classes and functions, so these are passed over.
  void find_scopes(const Dwarf_Die& function, Declaration& declaration) {
    std::vector<std::string> innermost_first;
    std::optional<Dwarf_Die> scope = parent_of(declaration_of(function));
    for (int i = 0; scope && i < kMaxDepth; ++i) {
      const int tag = dwarf_tag(&*scope);
      if (tag == DW_TAG_namespace) {
        const char* name = dwarf_diename(&*scope);
        innermost_first.emplace_back(name != nullptr ? name : "(anonymous namespace)");
      } else if (!holds_functions(tag)) {
        break;
      }
      declaration.scoped = true;
      scope = parent_of(declaration_of(*scope));
    }
    declaration.namespaces.assign(innermost_first.rbegin(), innermost_first.rend());
  }

  Declaration describe(Dwarf_Die function, Dwarf_Addr address) {
    Declaration declaration;
    const char* symbol = text_of(function, DW_AT_linkage_name);
    if (symbol == nullptr) symbol = text_of(function, DW_AT_MIPS_linkage_name);
    if (symbol == nullptr) symbol = dwarf_diename(&function);
    if (symbol != nullptr) declaration.symbol = symbol;
    locate(function, address, declaration);
    find_scopes(function, declaration);
    return declaration;
  }

  // The file and line of the declaration; those of the code where the compiler made the declaration up (gcc's lambdas).
  static void locate(Dwarf_Die function, Dwarf_Addr address, Declaration& declaration) {
    int line = 0;
    if (dwarf_decl_line(&function, &line) == 0 && line > 0) {
      declaration.line = static_cast<std::uint32_t>(line);
      declaration.file = declaring_file(function);
      return;
    }
    Dwarf_Die unit;
    if (dwarf_diecu(&function, &unit, nullptr, nullptr) != nullptr) locate_code(unit, address, declaration);
  }

  static void locate_code(Dwarf_Die unit, Dwarf_Addr address, Declaration& declaration) {
    if (std::optional<SourceLine> code = line_in(unit, address)) {
      declaration.line = code->line;
      declaration.file = std::move(code->file);
    }
  }

  static std::optional<SourceLine> line_in(Dwarf_Die unit, Dwarf_Addr address) {
    int line = 0;
    Dwarf_Line* code = dwarf_getsrc_die(&unit, address);
    if (code == nullptr || dwarf_lineno(code, &line) != 0 || line <= 0) return std::nullopt;
    const char* file = dwarf_linesrc(code, nullptr, nullptr);
    if (file == nullptr) return std::nullopt;
    return SourceLine{absolute(unit, file), static_cast<std::uint32_t>(line)};
  }

  // Clang's -gline-tables-only tells no functions: what is known of one is where its code comes from.
  static std::optional<Declaration> code_at(const Dwarf_Die& unit, Dwarf_Addr address) {
    Declaration declaration;
    locate_code(unit, address, declaration);
    if (declaration.file.empty()) return std::nullopt;
    return declaration;
  }

  // dwarf_decl_file() knows no file 0, which in DWARF 5 is the unit's own source and what Clang refers to.
  static std::string declaring_file(Dwarf_Die function) {
    Dwarf_Attribute attribute;
    Dwarf_Word index = 0;
    Dwarf_Die unit;
    Dwarf_Half version = 0;
    Dwarf_Files* files = nullptr;
    if (dwarf_attr_integrate(&function, DW_AT_decl_file, &attribute) == nullptr ||
        dwarf_formudata(&attribute, &index) != 0 ||
        dwarf_cu_die(attribute.cu, &unit, &version, nullptr, nullptr, nullptr, nullptr, nullptr) == nullptr ||
        (index == 0 && version < 5) || dwarf_getsrcfiles(&unit, &files, nullptr) != 0) {
      return {};
    }
    const char* file = dwarf_filesrc(files, index, nullptr, nullptr);
    return file != nullptr ? absolute(unit, file) : std::string();
  }

  static std::string absolute(Dwarf_Die unit, const char* file) {
    std::filesystem::path path = file;
    if (path.is_relative()) {
      if (const char* directory = text_of(unit, DW_AT_comp_dir)) path = directory / path;
    }
    return path.lexically_normal().string();
  }

  int file_;
  Dwarf* dwarf_;
  bool units_found_ = false;
  std::vector<Dwarf_Die> units_;
  std::vector<Span<std::size_t>> unit_spans_;
  std::vector<std::vector<Span<Dwarf_Die>>> functions_;  // by unit, sorted once read
  std::unordered_set<const void*> read_units_;
  std::unordered_map<const void*, Dwarf_Die> parents_;
};

}  // namespace

std::unique_ptr<DebugInfo> DebugInfo::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return nullptr;
  Dwarf* dwarf = dwarf_begin(file, DWARF_C_READ);
  if (dwarf == nullptr) {
    ::close(file);
    return nullptr;
  }
  return std::make_unique<LibdwInfo>(file, dwarf);
}

}  // namespace glimpse::collector
