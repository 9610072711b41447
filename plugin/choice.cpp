#include "plugin/choice.h"

#include <string_view>

#include "policy/compile_time.h"
#include "policy/demangle.h"
#include "policy/matcher.h"

namespace glimpse::plugin {
namespace {

std::string reason(const policy::Verdict& verdict) {
  switch (verdict.reason) {
    case policy::Reason::kIncluded:
    case policy::Reason::kExcluded:
      return std::string(verdict.key) + " \"" + std::string(verdict.pattern) + "\" (line " +
             std::to_string(verdict.line) + ")";
    case policy::Reason::kNotIncluded:
      return "no entry asks for it";
    case policy::Reason::kEverything:
      return "no entry asks for functions: all are traced";
    case policy::Reason::kStandardLibrary:
      return "the standard library";
    case policy::Reason::kAsked:
      return "asked for by the source";
  }
  return {};
}

// A function without a declaration of its own, such as a thunk, by its symbol. Scopes that may be classes count as
// namespaces only where they are known to be: the policy's answer for the outermost namespace's members then holds.
Choice choose_by_symbol(const Unit& unit, std::string_view symbol) {
  Choice choice;
  const policy::Demangled demangled = policy::demangle(symbol);
  choice.name = demangled.text;
  // From the longest path that could be its namespace to the shortest: kept where one of them could have it recorded.
  std::string path;
  policy::Verdict verdict;
  for (const policy::ScopePart& scope : demangled.scopes) {
    if (scope.kind == policy::ScopePart::kClass) break;
    path += (path.empty() ? "" : "::") + scope.name;
    verdict = policy::explain_unlinked(unit.policy, choice.name, path, false);
    if (verdict.recorded || verdict.reason == policy::Reason::kExcluded ||
        verdict.reason == policy::Reason::kStandardLibrary)
      break;
  }
  if (path.empty()) verdict = policy::explain_outside_namespaces(unit.policy, choice.name, unit.arguments.binary);
  choice.name_space = path;
  choice.traced = verdict.recorded;
  choice.why = reason(verdict);
  return choice;
}

}  // namespace

Choice choose(const Unit& unit, const llvm::Function& function) {
  Choice choice;
  choice.facts = unit.facts.find(function.getName());
  if (choice.facts == nullptr) {
    const llvm::StringRef symbol = function.getName();
    choice = choose_by_symbol(unit, {symbol.data(), symbol.size()});
  } else {
    choice.name = choice.facts->name;
    choice.traced = choice.facts->recorded;
    choice.why = choice.facts->asked == Asked::kTrace     ? "asked for by the source"
                 : choice.facts->asked == Asked::kNoTrace ? "kept out by the source"
                                                          : reason(choice.facts->verdict);
  }
  // Code that another binary is to hold and that is here for inlining only. A hook takes the function's address, which
  // the standard library does not give for all it declares (LLVM issue 50742).
  if (choice.traced && function.hasAvailableExternallyLinkage() &&
      policy::is_standard_library({choice.name, choice.facts != nullptr ? choice.facts->name_space : choice.name})) {
    choice.traced = false;
    choice.why = "the code of another binary";
  }
  return choice;
}

}  // namespace glimpse::plugin
