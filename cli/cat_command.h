// `glimpse cat`: a recording as the lines that would have been written.
#pragma once

#include <CLI/CLI.hpp>

namespace glimpse::cli {

void add_cat_command(CLI::App& app, int& exit_status);

}  // namespace glimpse::cli
