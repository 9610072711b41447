#include "cli/policy_init.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "policy/matcher.h"
#include "policy/spelling.h"

namespace glimpse::cli {

namespace {

std::string json_string(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

std::vector<std::string> proposed_trees(const PolicyBinary& binary) {
  constexpr std::size_t kMost = 12;
  std::map<std::string, std::size_t> counts;
  for (const auto& function : binary.functions) {
    if (policy::is_standard_library(matched(function))) continue;
    const std::string module =
        function.module_is_binary ? function.module : policy::transparent_module(function.module);
    std::string outermost = function.module_is_binary ? module : module.substr(0, module.find("::"));
    if (outermost.empty()) outermost = policy::kAnonymousNamespace;
    if (policy::compile_module_pattern(outermost)) ++counts[outermost];
  }
  std::vector<std::pair<std::string, std::size_t>> ordered(counts.begin(), counts.end());
  std::ranges::sort(ordered, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  if (ordered.size() > kMost) ordered.resize(kMost);
  std::vector<std::string> trees;
  for (auto& [name, count] : ordered) trees.push_back(std::move(name));
  return trees;
}

std::string starter_policy(const std::string& name, const std::vector<std::string>& package_trees) {
  std::vector<std::string> quoted;
  for (const auto& tree : package_trees) quoted.push_back(json_string(tree));
  return fmt::format(R"({{
  "version": "1.0",
  "name": {},
  "package_trees": [{}],
  "exact_modules": [],
  "functions": [],
  "exclude_modules": [],
  "exclude_functions": [],
  "trace_depth": 5
}}
)",
                     json_string(name), fmt::join(quoted, ", "));
}

}  // namespace glimpse::cli
