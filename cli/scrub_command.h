// `glimpse scrub`: standard input to standard output, scrubbed as records are, so that rules can be tried.
#pragma once

#include <CLI/CLI.hpp>

namespace glimpse::cli {

void add_scrub_command(CLI::App& app, int& exit_status);

}  // namespace glimpse::cli
