// `glimpse doctor [BINARY]`: what is installed and instrumented, what is missing, and what to do about it.
#pragma once

#include <CLI/CLI.hpp>

namespace glimpse::cli {

void add_doctor_command(CLI::App& app, int& exit_status);

}  // namespace glimpse::cli
