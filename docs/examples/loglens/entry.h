// What a line of the log says.
#pragma once

#include <cstdint>
#include <string>

namespace loglens {

enum class Level { kDebug, kInfo, kWarning, kError };

struct Entry {
  std::int64_t second = 0;  // of the day
  Level level = Level::kInfo;
  std::string service;
  double duration_ms = 0;
};

}  // namespace loglens
