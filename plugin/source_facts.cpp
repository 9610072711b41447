#include "plugin/source_facts.h"

#include <clang/AST/Attr.h>
#include <clang/AST/Decl.h>
#include <clang/AST/DeclCXX.h>
#include <clang/AST/DeclFriend.h>
#include <clang/AST/DeclTemplate.h>
#include <clang/AST/Mangle.h>
#include <clang/Basic/SourceManager.h>
#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/Path.h>

#include <string>
#include <vector>

#include "plugin/capture_facts.h"
#include "policy/compile_time.h"
#include "policy/demangle.h"

namespace glimpse::plugin {
namespace {

constexpr const char* kTraceAnnotation = "glimpse::trace";
constexpr const char* kNoTraceAnnotation = "glimpse::no_trace";

Asked asked_by(const clang::FunctionDecl& function) {
  Asked asked = Asked::kNothing;
  if (function.hasAttr<clang::NoInstrumentFunctionAttr>()) asked = Asked::kNoTrace;
  for (const auto* annotation : function.specific_attrs<clang::AnnotateAttr>()) {
    if (annotation->getAnnotation() == kTraceAnnotation) asked = Asked::kTrace;
    if (annotation->getAnnotation() == kNoTraceAnnotation) return Asked::kNoTrace;
  }
  return asked;
}

// Code that adjusts `this` and goes on to the function: no function of the source. Clang does not instrument it either.
bool is_thunk(llvm::StringRef symbol) {
  const llvm::StringRef start = symbol.take_front(4);
  return start == "_ZTh" || start == "_ZTv" || start == "_ZTc";
}

// The namespaces around `context`, joined as records do.
std::string namespaces_around(const clang::DeclContext* context) {
  std::vector<const clang::NamespaceDecl*> path;
  for (; context != nullptr; context = context->getParent()) {
    if (const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(context)) path.push_back(space);
  }
  std::string joined;
  for (auto space = path.rbegin(); space != path.rend(); ++space) {
    if (!joined.empty()) joined += "::";
    joined += (*space)->isAnonymousNamespace() ? "(anonymous namespace)" : (*space)->getName().str();
  }
  return joined;
}

class Collector {
 public:
  Collector(clang::ASTContext& context, Unit& unit) : context_(context), unit_(unit), names_(context) {}

  void walk(const clang::DeclContext& scope) {
    for (const clang::Decl* declaration : scope.decls()) visit(*declaration);
  }

 private:
  void visit(const clang::Decl& declaration) {
    if (const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(&declaration)) {
      if (!passed_over(*space)) walk(*space);
    } else if (const auto* function = llvm::dyn_cast<clang::FunctionDecl>(&declaration)) {
      visit_function(*function);
    } else if (const auto* functions = llvm::dyn_cast<clang::FunctionTemplateDecl>(&declaration)) {
      if (!functions->isCanonicalDecl()) return;
      for (const clang::FunctionDecl* instance : functions->specializations()) visit_function(*instance);
    } else if (const auto* classes = llvm::dyn_cast<clang::ClassTemplateDecl>(&declaration)) {
      if (!classes->isCanonicalDecl()) return;
      for (const auto* instance : classes->specializations()) visit_class(*instance);
    } else if (const auto* variables = llvm::dyn_cast<clang::VarTemplateDecl>(&declaration)) {
      if (!variables->isCanonicalDecl()) return;
      for (const auto* instance : variables->specializations()) visit(*instance);
    } else if (const auto* record = llvm::dyn_cast<clang::CXXRecordDecl>(&declaration)) {
      visit_class(*record);
    } else if (const auto* friends = llvm::dyn_cast<clang::FriendDecl>(&declaration)) {
      if (const clang::NamedDecl* befriended = friends->getFriendDecl()) visit(*befriended);
    } else if (const auto* scope = llvm::dyn_cast<clang::DeclContext>(&declaration)) {
      walk(*scope);  // extern "C", export, blocks
    }
  }

  void visit_class(const clang::CXXRecordDecl& record) {
    if (!record.isThisDeclarationADefinition() || record.isDependentContext() || record.isInjectedClassName()) return;
    if (!seen_.insert(&record).second) return;
    walk(record);
  }

  void visit_function(const clang::FunctionDecl& declared) {
    const clang::FunctionDecl* function = declared.getDefinition();
    if (function == nullptr || function->isDependentContext() || function->isDeleted()) return;
    if (!function->doesThisDeclarationHaveABody()) return;
    if (!seen_.insert(function).second) return;
    add(*function);
    walk(*function);  // lambdas and local classes
  }

  void add(const clang::FunctionDecl& function) {
    const std::vector<std::string> symbols = names_.getAllManglings(&function);
    if (symbols.empty()) {
      const std::string symbol = names_.getName(&function);
      if (!symbol.empty()) add(function, symbol);
    }
    for (const std::string& symbol : symbols) {
      if (!is_thunk(symbol)) add(function, symbol);
    }
  }

  void add(const clang::FunctionDecl& function, llvm::StringRef symbol) {
    symbol = Facts::plain(symbol);
    FunctionFacts facts;
    facts.name = policy::demangle({symbol.data(), symbol.size()}).text;
    facts.name_space = namespaces_around(function.getDeclContext());
    // A file's own anonymous namespace is no place of its own: such functions are the binary's.
    if (facts.name_space == "(anonymous namespace)") facts.name_space.clear();
    facts.asked = asked_by(function);
    facts.verdict = facts.name_space.empty()
                        ? policy::explain_outside_namespaces(unit_.policy, facts.name, unit_.arguments.binary)
                        : policy::explain_unlinked(unit_.policy, facts.name, facts.name_space, function.isExternC());
    facts.recorded = facts.asked == Asked::kTrace || (facts.asked == Asked::kNothing && facts.verdict.recorded);
    if (facts.recorded) {
      place(function, facts);
      const policy::Capture wanted = policy::capture_unlinked(unit_.policy, facts.name, facts.name_space,
                                                              unit_.arguments.binary, function.isExternC());
      if (wanted.any()) facts.captured = captured_call(context_, function, wanted);
    }
    unit_.facts.by_symbol[symbol] = std::move(facts);
  }

  void place(const clang::FunctionDecl& function, FunctionFacts& facts) {
    const clang::SourceManager& sources = context_.getSourceManager();
    const clang::PresumedLoc presumed = sources.getPresumedLoc(sources.getExpansionLoc(function.getLocation()));
    if (presumed.isInvalid()) return;
    facts.line = presumed.getLine();
    llvm::SmallString<256> path(presumed.getFilename());
    llvm::sys::fs::make_absolute(path);
    llvm::sys::path::remove_dots(path, true);
    facts.file = std::string(path);
  }

  bool passed_over(const clang::NamespaceDecl& space) {
    const clang::SourceManager& sources = context_.getSourceManager();
    if (!sources.isInSystemHeader(sources.getExpansionLoc(space.getLocation()))) return false;
    const auto [known, added] = passed_over_.try_emplace(space.getCanonicalDecl(), false);
    if (added) known->second = !policy::may_record_below(unit_.policy, namespaces_around(&space));
    return known->second;
  }

  clang::ASTContext& context_;
  Unit& unit_;
  clang::ASTNameGenerator names_;
  llvm::SmallPtrSet<const clang::Decl*, 32> seen_;
  llvm::DenseMap<const clang::NamespaceDecl*, bool> passed_over_;
};

}  // namespace

void collect_facts(clang::ASTContext& context, Unit& unit) {
  Collector(context, unit).walk(*context.getTranslationUnitDecl());
}

}  // namespace glimpse::plugin
