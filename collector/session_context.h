// What the processes of a session have in common: settings, clock rate, names, and one numbering of records.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collector/binaries.h"
#include "collector/clock_map.h"
#include "collector/collector.h"

namespace glimpse::collector {

struct SessionContext {
  const Settings& settings;
  TscRate rate;
  Binaries binaries;
  std::uint64_t trace_seed = 0;
  std::uint64_t next_entry_id = 1;
  std::uint64_t records = 0;
  std::uint64_t dropped = 0;
  std::vector<std::string> warnings;  // for the end
};

}  // namespace glimpse::collector
