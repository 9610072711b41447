// `glimpse recover [--session FOLDER] [-o FILE]`: turns what killed programs left in their buffers into records.
#pragma once

#include <CLI/CLI.hpp>

namespace glimpse::cli {

void add_recover_command(CLI::App& app, int& exit_status);

}  // namespace glimpse::cli
