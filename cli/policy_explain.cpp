#include "cli/policy_explain.h"

#include <fmt/format.h>

#include "policy/spelling.h"

namespace glimpse::cli {

namespace {

std::string reason(const policy::Policy& policy, const policy::Verdict& verdict) {
  const std::string source = policy.path.empty() ? "the built-in policy" : policy.path;
  switch (verdict.reason) {
    case policy::Reason::kIncluded:
    case policy::Reason::kExcluded:
      return fmt::format("{} \"{}\", {}:{}", verdict.key, verdict.pattern, source, verdict.line);
    case policy::Reason::kNotIncluded:
      return fmt::format("no entry of {} asks for it", source);
    case policy::Reason::kEverything:
      return fmt::format("{} asks for everything but the standard library", source);
    case policy::Reason::kStandardLibrary:
      return fmt::format("standard library, and no entry of {} asks for it", source);
    case policy::Reason::kAsked:
      return "asked for by the source (GLIMPSE_TRACE)";
  }
  return {};
}

// What the rules want of it, and which ones: `; captures args, p.json:7; label checkout, p.json:9`.
std::string wishes(const policy::Policy& policy, const policy::Function& function) {
  std::string text;
  for (const policy::Rule& rule : policy.rules) {
    if (!rule.decide(function)) continue;
    if (!rule.label.empty()) text += fmt::format("; label {}, {}:{}", rule.label, policy.path, rule.line);
    if (!rule.capture.any()) continue;
    const char* const what = rule.capture.args && rule.capture.result ? "args and result"
                             : rule.capture.args                      ? "args"
                                                                      : "result";
    text += fmt::format("; captures {}, {}:{}", what, policy.path, rule.line);
  }
  return text;
}

}  // namespace

std::string verdict_line(const policy::Policy& policy, const policy::Function& function) {
  const policy::Verdict verdict = policy.explain(function);
  return fmt::format("{}: {} in {}: {}{}", verdict.recorded ? "recorded" : "not recorded", function.name,
                     function.module, reason(policy, verdict), verdict.recorded ? wishes(policy, function) : "");
}

std::vector<std::string> possible_modules(std::string_view name) {
  std::string scope = policy::spell(name, policy::kAnonymousNamespaces);
  std::vector<std::string> modules;
  std::string last;
  for (std::size_t end; (end = scope.rfind("::")) != std::string::npos;) {
    std::string inner = scope.substr(end + 2);
    scope.resize(end);
    const std::string outer = scope.substr(scope.rfind("::") == std::string::npos ? 0 : scope.rfind("::") + 2);
    const bool constructor = last.empty() && (inner == outer || inner == "~" + outer);
    if (!constructor) modules.push_back(scope);
    last = std::move(inner);
  }
  return modules;
}

}  // namespace glimpse::cli
