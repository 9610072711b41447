#include "policy/coverage.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "policy/compile_time.h"
#include "policy/matcher.h"

namespace glimpse::policy {
namespace {

bool asks_for_everything(const Policy& policy) {
  return policy.package_trees.empty() && policy.exact_modules.empty() && policy.functions.empty();
}

bool any(const std::vector<Pattern>& patterns, const auto& holds) {
  return std::any_of(patterns.begin(), patterns.end(), holds);
}

// Whether the tree of `upper` surely holds all that `lower`, a module pattern, can match.
bool tree_holds(const Pattern& upper, const Pattern& lower) {
  if (upper.folded == lower.folded || upper.folded == "*") return true;
  return !upper.wildcard && lower.folded.starts_with(upper.folded + "::");
}

// Whether all that `compiled` excludes is excluded by `in_force` too.
bool excludes_no_more(const Policy& compiled, const Policy& in_force) {
  const auto module_excluded = [&](const Pattern& pattern) {
    return any(in_force.exclude_modules, [&](const Pattern& other) { return tree_holds(other, pattern); });
  };
  const auto function_excluded = [&](const Pattern& pattern) {
    return any(in_force.exclude_functions, [&](const Pattern& other) { return other.folded == pattern.folded; });
  };
  return std::all_of(compiled.exclude_modules.begin(), compiled.exclude_modules.end(), module_excluded) &&
         std::all_of(compiled.exclude_functions.begin(), compiled.exclude_functions.end(), function_excluded);
}

// Whether `compiled` surely includes all that an entry of another policy does.
bool includes(const Policy& compiled, const Pattern& entry) {
  const auto same = [&](const Pattern& other) { return other.folded == entry.folded && other.plain == entry.plain; };
  const bool is_function = entry.key == "functions";
  if (asks_for_everything(compiled)) {
    return !is_function && !entry.wildcard && !is_standard_library({entry.folded, entry.folded, false}) &&
           !is_standard_library({entry.plain, entry.plain, true});
  }
  if (is_function) return any(compiled.functions, same);
  if (entry.key == "exact_modules" && any(compiled.exact_modules, same)) return true;
  return any(compiled.package_trees, [&](const Pattern& other) { return tree_holds(other, entry); });
}

// What a compiler and a linker add to every program, and nobody can ask for.
bool is_start_up_code(const Function& function) {
  constexpr std::array<std::string_view, 3> kNames = {"frame_dummy", "register_tm_clones", "deregister_tm_clones"};
  const bool reserved = function.name.starts_with('_') && !function.name.starts_with("_Z");
  return function.module_is_binary &&
         (reserved || std::find(kNames.begin(), kNames.end(), function.name) != kNames.end());
}

// The plugin does not know a program's name, and keeps what any name could have recorded.
bool was_kept(const Policy& compiled, const Function& function) {
  if (compiled.decide(function)) return true;
  return function.module_is_binary && explain_outside_namespaces(compiled, function.name, {}).recorded;
}

}  // namespace

Coverage::Coverage(const std::vector<Policy>& compiled, const Policy& in_force)
    : compiled_(compiled), in_force_(in_force) {
  const auto served = [&](const auto& by) {
    return std::any_of(compiled.begin(), compiled.end(), [&](const Policy& policy) {
      return by(policy) && (policy.sha256 == in_force.sha256 || excludes_no_more(policy, in_force));
    });
  };
  everything_doubtful_ = asks_for_everything(in_force) && !served(asks_for_everything);
  for (const auto* list : {&in_force.package_trees, &in_force.exact_modules, &in_force.functions}) {
    for (const Pattern& entry : *list) {
      if (!served([&](const Policy& policy) { return includes(policy, entry); })) doubtful_.push_back(&entry);
    }
  }
}

void Coverage::see(const Function& function) {
  if (!open() || is_start_up_code(function)) return;
  const Verdict verdict = in_force_.explain(function);
  if (!verdict.recorded || verdict.reason == Reason::kAsked) return;
  const Pattern* entry = nullptr;
  if (verdict.reason == Reason::kIncluded) {
    const auto found = std::find_if(doubtful_.begin(), doubtful_.end(), [&](const Pattern* pattern) {
      return pattern->key == verdict.key && pattern->text == verdict.pattern;
    });
    if (found == doubtful_.end()) return;
    entry = *found;
  }
  const auto known = [&](const Missing& missing) { return missing.entry == entry; };
  if (std::any_of(missing_.begin(), missing_.end(), known)) return;
  const auto kept = [&](const Policy& policy) { return was_kept(policy, function); };
  if (std::any_of(compiled_.begin(), compiled_.end(), kept)) return;
  missing_.push_back({entry, std::string(function.name)});
}

}  // namespace glimpse::policy
