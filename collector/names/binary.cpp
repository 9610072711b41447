#include "collector/names/binary.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "collector/names/class_evidence.h"
#include "collector/names/compiled_functions.h"
#include "collector/names/debug_file.h"
#include "collector/names/debug_info.h"
#include "collector/names/elf_file.h"
#include "collector/names/mangled_reader.h"
#include "collector/names/symbol_table.h"
#include "policy/demangle.h"
#include "policy/spelling.h"

namespace glimpse::collector {
namespace {

constexpr std::string_view kDeleted = " (deleted)";
constexpr std::string_view kHook = "__cyg_profile_func_enter";

class ElfBinary final : public Binary {
 public:
  ElfBinary(std::unique_ptr<ElfFile> file, std::unique_ptr<ElfFile> debug_file, bool debug_info)
      : file_(std::move(file)), debug_file_(std::move(debug_file)) {
    if (debug_info) open_debug_info();
  }

  FunctionName function_at(std::uint64_t address) override {
    const std::optional<CompiledFunction> compiled = described().at(address);
    if (!compiled) return symbol_at(address);
    if (compiled->name.empty()) return completed(symbol_at(address), *compiled);
    return name_of(*compiled);
  }

  FunctionName symbol_at(std::uint64_t address) {
    const SymbolTable& symbols = this->symbols();
    const std::size_t index = symbols.find(address);
    if (index != SymbolTable::kNone) return name_of(symbols[index]);
    const std::optional<Declaration> declaration = declaration_at(address);
    if (!declaration || declaration->symbol.empty()) return unknown_name(file_->path(), address);
    return name_of(declaration->symbol, declaration);
  }

  FunctionName code_at(std::uint64_t address, std::uint64_t& offset) override {
    const SymbolTable& symbols = this->symbols();
    const std::size_t index = symbols.find(address);
    const bool known = index != SymbolTable::kNone && !symbols[index].name.empty();
    offset = known ? address - symbols[index].start : 0;
    FunctionName function = unknown_name(file_->path(), address);
    if (known) {
      const std::optional<CompiledFunction> compiled = described().at(symbols[index].start);
      const bool named = compiled && !compiled->name.empty();
      function = named ? name_of(*compiled) : name_of(symbols[index].name, std::nullopt);
    }
    if (debug_info_ == nullptr) return function;
    if (std::optional<SourceLine> code = debug_info_->line_at(address)) {
      function.file = std::move(code->file);
      function.line = code->line;
    }
    return function;
  }

  // Symbols and descriptors side by side, as both are sorted by address. A function that is known by its descriptor
  // has a symbol at its code as well.
  void each_function(const std::function<bool(FunctionName)>& visit) override {
    const CompiledFunctions& compiled = described();
    std::unordered_set<std::string_view> by_descriptor;
    for (std::size_t i = 0; i < compiled.size(); ++i) {
      if (compiled[i].native) by_descriptor.insert(compiled[i].name);
    }
    std::size_t next = 0;
    const auto visit_described = [&](std::uint64_t before) {
      for (; next < compiled.size() && compiled[next].address < before; ++next) {
        if (!visit(function_at(compiled[next].address))) return false;
      }
      return true;
    };
    bool wanted = true;
    each_symbol([&](const Symbol& symbol) {
      wanted = visit_described(symbol.start);
      if (!wanted) return false;
      const bool is_described = next < compiled.size() && compiled[next].address == symbol.start;
      if (is_described) ++next;
      FunctionName function = is_described ? function_at(symbol.start) : name_of(symbol);
      if (is_described || !by_descriptor.contains(function.name)) wanted = visit(std::move(function));
      return wanted;
    });
    if (wanted) visit_described(~std::uint64_t{0});
  }

  bool may_name(std::string_view word) const override {
    return binary_module(file_->path()).find(word) != std::string::npos || file_->may_mention(word) ||
           (debug_file_ != nullptr && debug_file_->may_mention(word));
  }

  bool instrumented() override {
    for (std::size_t i = 0; i < described().size(); ++i) {
      if (described()[i].native) return true;
    }
    for (const ElfFile::SymbolTable& table : tables()) {
      for (std::size_t i = 0; i < table.size(); ++i) {
        const Elf64_Sym symbol = table.symbol(i);
        if (table.name(symbol.st_name) != kHook) continue;
        // A library that defines the hook (libc does) offers it; a program that defines it was linked with us.
        if (symbol.st_shndx == SHN_UNDEF || !file_->is_library()) return true;
      }
    }
    return false;
  }

  bool hides_exceptions() const override {
    bool throws = false;
    bool unwinds = false;
    for (const ElfFile::SymbolTable& table : tables()) {
      for (std::size_t i = 0; i < table.size(); ++i) {
        const Elf64_Sym symbol = table.symbol(i);
        if (symbol.st_shndx == SHN_UNDEF || ELF64_ST_TYPE(symbol.st_info) != STT_FUNC) continue;
        const std::string_view name = table.name(symbol.st_name);
        if (!name.starts_with("__") && !name.starts_with("_U")) continue;
        if (name == "__wrap__Unwind_RaiseException") return false;
        throws = throws || name == "__cxa_throw";
        unwinds = unwinds || name == "_Unwind_RaiseException";
      }
    }
    return throws && unwinds && !file_->is_library();
  }

  bool has_symtab() const override {
    return file_->symtab().size() > 0 || (debug_file_ != nullptr && debug_file_->symtab().size() > 0);
  }

  bool has_debug_info() const override { return file_with_debug_info() != nullptr; }

  Compiled compiled() override {
    Compiled left;
    left.functions = described().size();
    for (std::size_t i = 0; i < left.functions; ++i) {
      const CompiledFunction function = described()[i];
      left.native += function.native ? 1 : 0;
      left.asked += function.asked ? 1 : 0;
    }
    left.policies = compiled_policies(*file_);
    return left;
  }

 private:
  // Functions that are somebody's, each once, until `use` returns false.
  template <typename Use>
  void each_symbol(const Use& use) {
    const SymbolTable& symbols = this->symbols();
    std::unordered_set<std::string_view> clones_only;  // what clones are of, where that has no symbol itself
    const auto is_clone = [](const Symbol& symbol, std::string_view source) {
      return source.size() != symbol.name.size();
    };
    for (std::size_t i = 0; i < symbols.size(); ++i) {
      const Symbol symbol = symbols[i];
      const std::string_view source = policy::source_symbol(symbol.name);
      if (is_clone(symbol, source)) clones_only.insert(source);
    }
    for (std::size_t i = 0; i < symbols.size() && !clones_only.empty(); ++i) {
      const Symbol symbol = symbols[i];
      const std::string_view source = policy::source_symbol(symbol.name);
      if (!is_clone(symbol, source)) clones_only.erase(source);
    }
    for (std::size_t i = 0; i < symbols.size(); ++i) {
      const Symbol symbol = symbols[i];
      const std::string_view source = policy::source_symbol(symbol.name);
      if (symbol.stub || (is_clone(symbol, source) && clones_only.erase(source) == 0)) continue;
      if (!use(symbol)) return;
    }
  }

  std::vector<ElfFile::SymbolTable> tables() const {
    std::vector<ElfFile::SymbolTable> tables{file_->symtab(), file_->dynsym()};
    if (debug_file_ != nullptr) tables.push_back(debug_file_->symtab());
    return tables;
  }

  // Sorted when the first name is asked for.
  const SymbolTable& symbols() {
    if (symbols_) return *symbols_;
    symbols_.emplace();
    for (const ElfFile::SymbolTable& table : tables()) symbols_->add(table);
    symbols_->finish();
    return *symbols_;
  }

  // Sorted when the first name is asked for.
  const CompiledFunctions& described() {
    if (!described_) described_.emplace(*file_);
    return *described_;
  }

  const ElfFile* file_with_debug_info() const {
    for (const ElfFile* file :
         {static_cast<const ElfFile*>(debug_file_.get()), static_cast<const ElfFile*>(file_.get())}) {
      if (file != nullptr && (file->has_section(".debug_info") || file->has_section(".zdebug_info"))) return file;
    }
    return nullptr;
  }

  void open_debug_info() {
    if (const ElfFile* file = file_with_debug_info()) debug_info_ = DebugInfo::open(file->contents());
  }

  std::optional<Declaration> declaration_at(std::uint64_t address) {
    return debug_info_ != nullptr ? debug_info_->function_at(address) : std::nullopt;
  }

  // The plugin knows what it says; what it does not say comes from elsewhere.
  static FunctionName completed(FunctionName function, const CompiledFunction& compiled) {
    function.asked = compiled.asked;
    if (compiled.file.empty()) return function;
    function.file = compiled.file;
    function.line = compiled.line;
    return function;
  }

  FunctionName name_of(const CompiledFunction& compiled) {
    FunctionName function;
    function.name = compiled.name;
    if (compiled.module != policy::kAnonymousNamespace) function.module = compiled.module;
    function.module_is_binary = function.module.empty();
    if (function.module_is_binary) function.module = binary_module(file_->path());
    if (compiled.file.empty()) {
      if (const std::optional<Declaration> declaration = declaration_at(compiled.address)) {
        function.file = declaration->file;
        function.line = declaration->line;
      }
    }
    return completed(std::move(function), compiled);
  }

  FunctionName name_of(const Symbol& symbol) {
    if (symbol.name.empty()) return unknown_name(file_->path(), symbol.start);
    return name_of(symbol.name, symbol.stub ? std::nullopt : declaration_at(symbol.start));
  }

  FunctionName name_of(std::string_view symbol, const std::optional<Declaration>& declaration) {
    policy::Demangled demangled = policy::demangle(symbol);
    FunctionName function;
    function.name = std::move(demangled.text);
    if (declaration) {
      function.file = declaration->file;
      function.line = declaration->line;
    }
    function.module = module_of(demangled.scopes, declaration);
    function.module_is_binary = function.module.empty();
    if (function.module_is_binary) function.module = binary_module(file_->path());
    return function;
  }

  // The namespaces around a function, joined; empty where there are none.
  std::string module_of(const std::vector<policy::ScopePart>& scopes, const std::optional<Declaration>& declaration) {
    std::vector<std::string_view> path;
    if (declaration && agrees(*declaration, scopes)) {
      path.assign(declaration->namespaces.begin(), declaration->namespaces.end());
    } else {
      for (const policy::ScopePart& scope : scopes) {
        path.push_back(scope.name);
        if (scope.kind == policy::ScopePart::kNamespace) continue;
        if (scope.kind == policy::ScopePart::kClass || evidence().is_class(path)) {
          path.pop_back();
          break;
        }
      }
    }
    // A file's own anonymous namespace is no place of its own to a reader: such functions are the binary's.
    if (path.size() == 1 && path.front() == policy::kAnonymousNamespace) path.clear();
    return fmt::format("{}", fmt::join(path, "::"));
  }

  // Functions folded into one by the linker share an address, and then the debug information may be another's. A C
  // name has no scopes to compare. Where the symbol has scopes and the debug information has none, it does not tell
  // them.
  static bool agrees(const Declaration& declaration, const std::vector<policy::ScopePart>& scopes) {
    if (scopes.empty()) return true;
    const std::vector<std::string>& namespaces = declaration.namespaces;
    return declaration.scoped && namespaces.size() <= scopes.size() &&
           std::equal(namespaces.begin(), namespaces.end(), scopes.begin(),
                      [](const std::string& name, const policy::ScopePart& scope) { return name == scope.name; });
  }

  // Gathered from all symbols when the first function needs it.
  const ClassEvidence& evidence() {
    if (evidence_) return *evidence_;
    evidence_.emplace();
    MangledReader reader(*evidence_);
    for (const ElfFile::SymbolTable& table : tables()) {
      for (std::size_t i = 0; i < table.size(); ++i) reader.read(table.name(table.symbol(i).st_name));
    }
    return *evidence_;
  }

  std::unique_ptr<ElfFile> file_;
  std::unique_ptr<ElfFile> debug_file_;
  std::optional<CompiledFunctions> described_;
  std::optional<SymbolTable> symbols_;
  std::unique_ptr<DebugInfo> debug_info_;
  std::optional<ClassEvidence> evidence_;
};

}  // namespace

Result<std::unique_ptr<Binary>> Binary::open(const std::string& path, std::string_view build_id,
                                             const NameSources& sources) {
  if (path.ends_with(kDeleted) && sources.contents.empty()) {
    return Error{fmt::format("{}: the file was deleted after it was loaded", path)};
  }
  auto file = ElfFile::open(path, sources.contents);
  if (!file) return file.error();
  if (!build_id.empty() && file.value()->build_id() != build_id) {
    return Error{fmt::format("{}: the file was replaced after it was loaded (build-id {} was loaded, {} is there now)",
                             path, build_id, file.value()->build_id())};
  }
  auto debug_file = find_debug_file(*file.value(), sources.debug_root);
  return std::unique_ptr<Binary>(
      std::make_unique<ElfBinary>(std::move(file.value()), std::move(debug_file), sources.debug_info));
}

std::vector<FunctionName> Binary::functions() {
  std::vector<FunctionName> names;
  each_function([&names](FunctionName name) {
    names.push_back(std::move(name));
    return true;
  });
  return names;
}

std::string binary_module(std::string_view path) {
  if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
  path.remove_prefix(path.rfind('/') + 1);
  for (std::size_t at = path.find(".so", 1); at != std::string_view::npos; at = path.find(".so", at + 1)) {
    const std::string_view version = path.substr(at + 3);
    if (version.empty() || (version[0] == '.' && version.find_first_not_of(".0123456789") == std::string_view::npos)) {
      return std::string(path.substr(0, at));
    }
  }
  return std::string(path);
}

FunctionName unknown_name(std::string_view path, std::uint64_t address) {
  FunctionName function;
  function.module = binary_module(path);
  function.module_is_binary = true;
  function.name = fmt::format("{}+{:#x}", function.module, address);
  return function;
}

}  // namespace glimpse::collector
