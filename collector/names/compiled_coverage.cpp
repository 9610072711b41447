#include "collector/names/compiled_coverage.h"

#include <fmt/format.h>

#include <algorithm>

#include "policy/coverage.h"
#include "policy/matcher.h"
#include "policy/parser.h"

namespace glimpse::collector {
namespace {

// Looking at a function takes microseconds, and meanwhile nobody reads the rings.
constexpr std::size_t kMostLookedAt = 100'000;

std::string entry_text(const policy::Coverage::Missing& missing) {
  if (missing.entry == nullptr) return "everything";
  return fmt::format("{} \"{}\" (line {})", missing.entry->key, missing.entry->text, missing.entry->line);
}

// Functions of no namespace are looked at by name, and so is everything.
bool may_name(const Binary& binary, const policy::Coverage& coverage) {
  const auto& entries = coverage.doubtful_entries();
  return coverage.everything_is_doubtful() ||
         std::any_of(entries.begin(), entries.end(), [&](const policy::Pattern* entry) {
           return entry->key == "functions" || binary.may_name(policy::word_of(*entry));
         });
}

}  // namespace

std::vector<policy::Policy> policies_of(Binary& binary) {
  std::vector<policy::Policy> policies;
  for (const CompiledPolicy& compiled : binary.compiled().policies) {
    if (compiled.path.empty()) {
      policies.push_back(policy::built_in_policy());
    } else if (auto policy = policy::parse(compiled.text, compiled.path)) {
      policies.push_back(std::move(*policy));
    }
  }
  return policies;
}

std::string missing_of(Binary& binary, std::string_view path, const policy::Policy& in_force) {
  if (in_force.path.empty()) return {};
  const std::vector<policy::Policy> compiled = policies_of(binary);
  if (compiled.empty()) return {};
  policy::Coverage coverage(compiled, in_force);
  if (!coverage.open() || !may_name(binary, coverage)) return {};
  std::size_t looked_at = 0;
  binary.each_function([&](const FunctionName& name) {
    coverage.see({name.name, name.module, name.module_is_binary, name.asked});
    return coverage.open() && ++looked_at < kMostLookedAt;
  });
  if (coverage.missing().empty()) return {};
  std::vector<std::string> entries;
  for (const policy::Coverage::Missing& missing : coverage.missing()) {
    entries.push_back(fmt::format("{}: {}", entry_text(missing), missing.example));
  }
  std::vector<std::string> paths;
  for (const policy::Policy& each : compiled) paths.push_back(each.path.empty() ? "the built-in policy" : each.path);
  return fmt::format(
      "{}: warning: {} asks for functions that were compiled without hooks: {}; it was built by {}: rebuild it with {}",
      path, in_force.path, fmt::join(entries, ", "), fmt::join(paths, ", "), in_force.path);
}

}  // namespace glimpse::collector
