// Where dead letters are kept: docs/dead-letters.md.
#pragma once

#include <string>

#include "glimpse/options.h"

namespace glimpse::cli {

// GLIMPSE_DLQ_PATH, else $XDG_STATE_HOME/glimpse/dlq, else ~/.local/state/glimpse/dlq; empty where there is no home.
std::string dead_letter_folder(const Options& options);

}  // namespace glimpse::cli
