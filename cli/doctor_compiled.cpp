#include "cli/doctor_compiled.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "cli/messages.h"
#include "collector/names/compiled_coverage.h"
#include "policy/sha256.h"

namespace glimpse::cli {

namespace {

constexpr std::size_t kShortSha = 12;

std::string mode_of(const collector::Binary::Compiled& compiled) {
  std::string text = "filter mode: what the policy excludes has no hooks";
  if (compiled.native > 0) {
    text = fmt::format("native mode: {} with glimpse's own instrumentation",
                       counted(compiled.native, "function", "functions"));
  }
  text += fmt::format("; {} described", counted(compiled.functions, "function", "functions"));
  if (compiled.asked > 0) text += fmt::format(", {} asked for by the source", with_spaces(compiled.asked));
  return text;
}

// Empty where the file is as it was, or is not here to be compared.
std::string changed_since(const collector::CompiledPolicy& compiled) {
  std::ifstream file(compiled.path, std::ios::binary);
  if (!file) return {};
  const std::string now((std::istreambuf_iterator<char>(file)), {});
  return now == compiled.text ? std::string() : "; the file has changed since";
}

}  // namespace

void check_compiled(collector::Binary& binary, const std::string& path, const policy::Policy& policy,
                    DoctorReport& report) {
  const collector::Binary::Compiled compiled = binary.compiled();
  if (compiled.policies.empty() && compiled.functions == 0) {
    return report.ok("plugin",
                     "not used: all that was compiled with the flags has hooks, and the policy counts when it runs");
  }
  report.ok("plugin", mode_of(compiled));
  for (const collector::CompiledPolicy& each : compiled.policies) {
    if (each.path.empty()) {
      report.ok("compiled by", fmt::format("the built-in policy{}", policy.path.empty() ? ", which is in force" : ""));
      continue;
    }
    const std::string sha256 = policy::sha256_hex(each.text);
    const std::string finding = fmt::format("{} (SHA-256 {}…)", each.path, sha256.substr(0, kShortSha));
    if (sha256 == policy.sha256) {
      report.ok("compiled by", finding + ", which is in force");
    } else {
      report.ok("compiled by", finding + ", not the one in force" + changed_since(each));
    }
  }
  const std::string missing = collector::missing_of(binary, path, policy);
  if (!missing.empty()) report.warning("compiled by", missing);
}

}  // namespace glimpse::cli
