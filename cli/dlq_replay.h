// Sends dead letters now, the oldest first.
//
// A letter goes only where the settings send such records today: their headers, with their secrets, are for nobody
// else. Once a server does not answer, the rest that is meant for it stays.
//
// Threads: one. Failure: told on stderr, and counted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "writers/dead_letters.h"
#include "writers/otlp/settings.h"
#include "writers/otlp/transport.h"

namespace glimpse::cli {

struct Replayed {
  std::uint64_t sent = 0;     // letters
  std::uint64_t records = 0;  // in them
  std::uint64_t left = 0;     // letters that were to be sent and were not
};

// Those named, or all. Each problem is said, and each only once.
Replayed replay_dead_letters(writers::DeadLetters& letters, const std::vector<std::string>& ids,
                             const writers::otlp::Settings& settings, writers::otlp::Transport& transport);

}  // namespace glimpse::cli
