#include "policy/compile_time.h"

#include <algorithm>
#include <string>

#include "policy/matcher.h"
#include "policy/segments.h"
#include "policy/spelling.h"
#include "policy/wildcard.h"

namespace glimpse::policy {
namespace {

// Whether `path` can be the module that the pattern names, above it or, for trees, below it.
bool on_the_way(const Pattern& pattern, std::string_view path, bool tree) {
  std::string_view wanted = pattern.folded;
  while (!wanted.empty() && !path.empty()) {
    if (!wildcard_match(take_segment(wanted), take_segment(path))) return false;
  }
  return path.empty() || tree;
}

// Whether a function below `path` can have a name that the pattern matches, by what stands before its first wildcard
// or bracket.
bool may_match_below(const Pattern& pattern, std::string_view path) {
  const std::string_view text = pattern.folded;
  const std::string_view fixed = text.substr(0, text.find_first_of("*?[(<"));
  return fixed.starts_with(path) || (pattern.wildcard && path.starts_with(fixed));
}

bool speaks_of_anonymous(const Pattern& pattern) { return (pattern.keeps & kAnonymousNamespaces) != 0; }

}  // namespace

Verdict explain_outside_namespaces(const Policy& policy, std::string_view name, std::string_view binary) {
  const Verdict verdict = policy.explain({name, binary, true});
  if (!binary.empty() || verdict.reason != Reason::kNotIncluded) return verdict;
  for (const auto* list : {&policy.package_trees, &policy.exact_modules}) {
    for (const Pattern& pattern : *list) {
      if (pattern.plain.find("::") != std::string::npos) continue;
      return {true, pattern.key, pattern.text, pattern.line, Reason::kIncluded};
    }
  }
  return verdict;
}

Verdict explain_unlinked(const Policy& policy, std::string_view name, std::string_view module, bool c_linkage) {
  const Verdict verdict = policy.explain({name, module, false});
  if (verdict.recorded || !c_linkage) return verdict;
  const Verdict outside = explain_outside_namespaces(policy, name, {});
  return outside.recorded ? outside : verdict;
}

Capture capture_unlinked(const Policy& policy, std::string_view name, std::string_view module, std::string_view binary,
                         bool c_linkage) {
  Capture wanted;
  for (const Rule& rule : policy.rules) {
    Policy meant;
    static_cast<Matcher&>(meant) = rule;
    const Verdict verdict = module.empty() ? explain_outside_namespaces(meant, name, binary)
                                           : explain_unlinked(meant, name, module, c_linkage);
    if (!verdict.recorded) continue;
    wanted.args = wanted.args || rule.capture.args;
    wanted.result = wanted.result || rule.capture.result;
  }
  return wanted;
}

bool may_record_below(const Policy& policy, std::string_view path) {
  const Verdict verdict = policy.explain({"", path, false});
  if (verdict.recorded) return true;
  if (verdict.reason == Reason::kStandardLibrary || verdict.key == "exclude_modules") return false;
  const std::string transparent = transparent_module(path);
  const auto any = [&](const std::vector<Pattern>& patterns, auto may) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const Pattern& pattern) { return speaks_of_anonymous(pattern) || may(pattern); });
  };
  return any(policy.package_trees, [&](const Pattern& pattern) { return on_the_way(pattern, transparent, true); }) ||
         any(policy.exact_modules, [&](const Pattern& pattern) { return on_the_way(pattern, transparent, false); }) ||
         any(policy.functions, [&](const Pattern& pattern) { return may_match_below(pattern, transparent); });
}

}  // namespace glimpse::policy
