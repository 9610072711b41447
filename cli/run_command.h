// `glimpse run [options] [--] program [arguments]`: runs a program and records its calls.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace glimpse::cli {

// Adds the command. Its callback runs `program` (see arguments.h; filled before parsing) and sets `exit_status`.
void add_run_command(CLI::App& app, const std::vector<std::string>& program, int& exit_status);

}  // namespace glimpse::cli
