// Where settings come from.
//
//   built-in default < .env < .env.NAME < environment < command line          NAME is the value of GLIMPSE_ENV
//
// Of .env files only GLIMPSE_ keys are read; OTEL_ variables, GLIMPSE_ENV and GLIMPSE_CLOCK come from the environment
// only. A variable that is set to nothing counts as not set. Failure: a wrong value gives one warning and the next
// lower source's value is kept; a name that is nearly one of ours gives a warning with the right one. Nothing here
// stops a program.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "glimpse/options.h"

namespace glimpse::cli {

using Variables = std::map<std::string, std::string, std::less<>>;

struct Configuration {
  Options options;
  std::vector<std::string> warnings;  // one line each
};

// `directory` is where the .env files are looked for; `command_line` has flag names without dashes as its keys.
Configuration load_options(const Variables& environment, const std::filesystem::path& directory,
                           const Variables& command_line = {});

// The environment of this process; empty where it runs with more rights than its user (set-user-ID).
Variables process_environment();

// load_options() with this process's environment and working directory, and each warning said on stderr.
Options load_options_and_warn(const Variables& command_line = {});

}  // namespace glimpse::cli
