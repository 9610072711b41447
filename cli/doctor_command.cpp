#include "cli/doctor_command.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "cli/config.h"
#include "cli/doctor_installation.h"
#include "cli/doctor_program.h"
#include "cli/doctor_report.h"
#include "cli/exit_status.h"
#include "cli/messages.h"
#include "cli/paths.h"

namespace glimpse::cli {

namespace {

// A path, or a name on PATH as `glimpse run` would find it.
std::filesystem::path program_path(const std::string& name) {
  if (std::filesystem::exists(name)) return name;
  const char* const search_path = std::getenv("PATH");
  return find_program(name, search_path == nullptr ? "" : search_path).path;
}

int doctor(const std::string& binary) {
  DoctorReport report;
  report.heading("installation");
  check_installation(report);

  report.heading("settings");
  std::error_code failure;
  const auto loaded = load_options(process_environment(), std::filesystem::current_path(failure));
  for (const auto& warning : loaded.warnings) report.warning("setting", warning);
  if (!loaded.options.enabled) report.warning("setting", "GLIMPSE_ENABLED is off: nothing will be recorded");
  check_places(loaded.options, report);
  const auto program = binary.empty() ? std::filesystem::path() : program_path(binary);
  const auto policy = check_policy(loaded.options, program, report);

  report.heading("compilers");
  check_compilers(report);
  if (!binary.empty()) {
    report.heading(binary);
    check_program(program, policy, report);
  }

  const std::string text = report.text(colors_on(STDOUT_FILENO));
  const bool written = write(STDOUT_FILENO, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return written && report.well() ? kDone : kProblem;
}

}  // namespace

void add_doctor_command(CLI::App& app, int& exit_status) {
  auto binary = std::make_shared<std::string>();
  auto* command = app.add_subcommand("doctor", "Say what is installed and instrumented, and what is missing");
  command->footer("Exit status: 0 where there is no problem, else 1.");
  command->add_option("BINARY", *binary, "A program or shared library to look at");
  command->callback([binary, &exit_status] { exit_status = doctor(*binary); });
}

}  // namespace glimpse::cli
