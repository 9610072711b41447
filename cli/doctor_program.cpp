#include "cli/doctor_program.h"

#include <fmt/format.h>

#include "cli/doctor_compiled.h"
#include "cli/messages.h"
#include "cli/program_file.h"
#include "collector/names/binary.h"

namespace glimpse::cli {

namespace {

// Whether the library can be loaded into it at all.
void check_loading(const ProgramFile& file, DoctorReport& report) {
  if (file.is_32_bit || !file.native) {
    return report.problem("architecture", "not this machine's architecture and word size: build it for this machine");
  }
  report.ok("architecture", "this machine's");
  if (file.is_static) {
    report.problem("linking", "static, nothing can be preloaded: link it dynamically, or link libglimpse.a");
  } else {
    report.ok("linking", file.executable ? "dynamic" : "a shared library");
  }
  if (file.set_user_id || file.has_capabilities) {
    report.problem("rights",
                   "set-user-ID or file capabilities: the loader ignores LD_PRELOAD; run a copy without them");
  } else {
    report.ok("rights", "its user's own");
  }
}

void check_policy_matches(collector::Binary& binary, const policy::Policy& policy, DoctorReport& report) {
  const auto functions = binary.functions();
  std::uint64_t recorded = 0;
  for (const auto& function : functions) {
    if (policy.decide({function.name, function.module, function.module_is_binary, function.asked})) ++recorded;
  }
  const std::string finding =
      fmt::format("records {} of {}", with_spaces(recorded), counted(functions.size(), "function", "functions"));
  if (recorded > 0) return report.ok("policy", finding);
  if (functions.empty())
    return report.warning("policy", "no function has a name here, so only the binary's name matches");
  report.problem("policy", finding + ": `glimpse policy list` shows their modules");
}

void check_names(collector::Binary& binary, DoctorReport& report) {
  const auto compiled = binary.compiled();
  if (binary.instrumented()) {
    report.ok("instrumented", compiled.native > 0 ? "it records by itself" : "it calls the tracing hooks");
  } else if (!compiled.policies.empty()) {
    report.problem("instrumented", "the policy that it was compiled by asks for none of its functions");
  } else {
    report.problem("instrumented", "it does not call the tracing hooks: build it with the flags above");
  }
  const std::string described = fmt::format("none, and none needed for {} that the plugin described",
                                            counted(compiled.functions, "function", "functions"));
  if (binary.has_symtab()) {
    report.ok("symbols", "there");
  } else if (compiled.native > 0) {
    report.ok("symbols", described);
  } else {
    report.warning("symbols", "stripped: functions that are not exported have no names; keep .symtab or a debug file");
  }
  if (binary.has_debug_info()) {
    report.ok("debug info", "there");
  } else if (compiled.native > 0) {
    report.ok("debug info", described);
  } else {
    report.warning("debug info", "none, so records have no file and line: build it with -g");
  }
}

}  // namespace

void check_program(const std::filesystem::path& path, const policy::Policy& policy, DoctorReport& report) {
  const ProgramFile file = read_program_file(path);
  switch (file.kind) {
    case FileKind::kUnreadable:
      return report.problem("file", fmt::format("{}: {}", path.string(), file.reason));
    case FileKind::kOther:
      return report.problem("file", path.string() + " is neither an ELF file nor a script");
    case FileKind::kScript:
      return report.warning("file", fmt::format("{} is a script for {}: ask about the programs that it runs",
                                                path.string(), file.script_interpreter));
    case FileKind::kElf:
      break;
  }
  check_loading(file, report);
  const auto binary = collector::Binary::open(path.string(), "");
  if (!binary) return report.problem("names", binary.error().message);
  check_names(**binary, report);
  check_compiled(**binary, path.string(), policy, report);
  check_policy_matches(**binary, policy, report);
}

}  // namespace glimpse::cli
