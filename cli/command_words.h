// The tree of commands as other programs are told of it: completion scripts, manual page, "did you mean".
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace glimpse::cli {

// The commands below `command` that help shows.
std::vector<const CLI::App*> visible_commands(const CLI::App& command);

// `--output`, `-o`: every name of every option.
std::vector<std::string> option_names(const CLI::App& command);

bool takes_value(const CLI::Option& option);

// `glimpse policy check`.
std::string full_name(const CLI::App& command);

}  // namespace glimpse::cli
