// Command-line options that are settings: their names and help come from the table in options.def.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/config.h"

namespace glimpse::cli {

// Adds an option for each of `flags` (names without dashes, as in options.def). `overrides` receives what was given,
// as text: load_options() reads it. `overrides` must outlive the parsing.
void add_setting_options(CLI::App& command, Variables& overrides, const std::vector<std::string>& flags);

}  // namespace glimpse::cli
