// `glimpse man`: the manual page, made from the commands, options and settings themselves. The build calls it.
#pragma once

#include <CLI/CLI.hpp>

namespace glimpse::cli {

void add_man_command(CLI::App& app, int& exit_status);

}  // namespace glimpse::cli
