#include "cli/policy_binary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <tuple>

#include "cli/did_you_mean.h"
#include "cli/paths.h"
#include "collector/names/binary.h"
#include "policy/matcher.h"
#include "policy/spelling.h"

namespace glimpse::cli {

Result<PolicyBinary> read_policy_binary(const std::string& name) {
  PolicyBinary binary{name, {}};
  std::error_code failure;
  if (!std::filesystem::exists(name, failure)) {
    const char* const search_path = std::getenv("PATH");
    const FoundProgram found = find_program(name, search_path == nullptr ? "" : search_path);
    if (found.problem != 0) return Error{start_problem(name, found.problem).message};
    binary.path = found.path.string();
  }
  auto opened = collector::Binary::open(binary.path, "");
  if (!opened) return opened.error();
  binary.functions = (*opened)->functions();
  std::ranges::sort(binary.functions, {}, [](const auto& each) { return std::tie(each.module, each.name); });
  return binary;
}

policy::Function matched(const collector::FunctionName& name) {
  return {name.name, name.module, name.module_is_binary, name.asked};
}

std::vector<std::string> unmatched_warnings(const policy::Policy& policy, const PolicyBinary& binary) {
  policy::PatternUse use(policy);
  std::set<std::string> modules;
  std::set<std::string> functions;
  for (const auto& function : binary.functions) {
    use.see(matched(function));
    modules.insert(function.module);
    // The namespaces around it are names for trees.
    for (std::size_t end = function.module.rfind("::"); end != std::string::npos && end > 0;) {
      modules.insert(function.module.substr(0, end));
      end = function.module.rfind("::", end - 1);
    }
  }
  const auto unmatched = use.unmatched();
  const auto is_function = [](const policy::Pattern* entry) { return entry->key.ends_with("functions"); };
  if (std::ranges::any_of(unmatched, is_function)) {
    for (const auto& function : binary.functions) functions.insert(policy::spell(function.name, 0));
  }
  std::vector<std::string> warnings;
  for (const auto* entry : unmatched) {
    const auto& known = is_function(entry) ? functions : modules;
    warnings.push_back(fmt::format("{}:{}:{}: warning: {} \"{}\" matches nothing in {}{}", policy.path, entry->line,
                                   entry->column, entry->key, entry->text, binary.path,
                                   did_you_mean(entry->folded, {known.begin(), known.end()})));
  }
  return warnings;
}

}  // namespace glimpse::cli
