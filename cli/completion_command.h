// `glimpse completion bash|zsh`: a completion script made from the commands and options themselves.
#pragma once

#include <CLI/CLI.hpp>

namespace glimpse::cli {

void add_completion_command(CLI::App& app, int& exit_status);

}  // namespace glimpse::cli
