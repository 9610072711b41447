// `glimpse collect --session FOLDER`: what a linked program starts to have its records written.
//
// Nobody watches it: it says problems only, ends by itself when every process of the session has ended, and is not
// stopped by the signals that stop the program.
#pragma once

#include <CLI/CLI.hpp>

namespace glimpse::cli {

void add_collect_command(CLI::App& app, int& exit_status);

}  // namespace glimpse::cli
