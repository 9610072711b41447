// Any bytes are a policy or give an error; any name can be asked of any policy.
//
// The first line of the input is a function's name, the rest is the policy. What our JSON reader takes, nlohmann's has
// to take as well, and the other way round.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "policy/json.h"
#include "policy/matcher.h"
#include "policy/parser.h"
#include "policy/spelling.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// nlohmann ends at a NUL, steps over a byte order mark, and has no numbers beyond a double's range.
void compare_readers(std::string_view text) {
  if (text.find('\0') != std::string_view::npos || text.starts_with("\xef")) return;
  const auto document = glimpse::policy::json::read(text);
  const bool other = nlohmann::json::accept(text);
  if (document.problem) {
    require(!other || document.problem->message == "nested too deeply");
  } else {
    require(other || text.find_first_of("eE") != std::string_view::npos || text.size() > 300);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace policy = glimpse::policy;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), size);
  const std::string_view name = input.substr(0, end);
  const std::string_view text = input.substr(std::min(end + 1, size));
  compare_readers(text);

  const policy::Report report = policy::check(text, "p");
  for (const auto* messages : {&report.errors, &report.warnings}) {
    for (const auto& message : *messages) require(message.message.find('\n') == std::string::npos);
  }
  for (std::uint8_t keep = 0; keep <= policy::kAllSpellings; ++keep) {
    require(policy::spell(name, keep).size() <= name.size());
  }
  if (const auto module = policy::compile_module_pattern(name); module) require(!module->folded.empty());
  if (const auto function = policy::compile_function_pattern(name); function && !function->wildcard) {
    // A pattern without wildcards matches the very name it was made of.
    policy::Policy itself;
    itself.functions.push_back(*function);
    require(itself.decide({name, "m", false}));
  }
  if (report.errors.empty()) {
    const policy::Function function{name, name.substr(0, name.rfind("::")), false};
    report.policy.explain(function);
    report.policy.explain({name, name, true});
    report.policy.capture(function);
    policy::unmatched(report.policy, {&function, 1});
  }
  return 0;
}
