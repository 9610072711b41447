// `glimpse ctl PID on|off|flush|status`: a traced process, controlled while it runs.
#pragma once

#include <CLI/CLI.hpp>

namespace glimpse::cli {

void add_ctl_command(CLI::App& app, int& exit_status);

}  // namespace glimpse::cli
