// `glimpse status`: the sessions of this user, and how their destinations fare.
#pragma once

#include <CLI/CLI.hpp>

namespace glimpse::cli {

void add_status_command(CLI::App& app, int& exit_status);

}  // namespace glimpse::cli
