// `glimpse issues [FILE …]`: which mistakes a trace has, how often and since when.
#pragma once

#include <CLI/CLI.hpp>

namespace glimpse::cli {

void add_issues_command(CLI::App& app, int& exit_status);

}  // namespace glimpse::cli
