// The words for levels.
#pragma once

#include <string_view>

#include "writers/record.h"

namespace glimpse::writers {

inline std::string_view level_name(Level level) {
  switch (level) {
    case Level::kDebug:
      return "DEBUG";
    case Level::kInfo:
      return "INFO";
    case Level::kWarning:
      return "WARNING";
    case Level::kError:
      return "ERROR";
    case Level::kFatal:
      return "FATAL";
  }
  return "INFO";
}

}  // namespace glimpse::writers
