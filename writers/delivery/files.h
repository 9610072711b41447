// What lies in a session's folder for its destinations: whoever deletes the session deletes it too.
//
// Threads: constant.
#pragma once

#include <string>
#include <string_view>

namespace glimpse::writers::delivery {

inline constexpr std::string_view kQueueFilePrefix = "queue-";
inline constexpr std::string_view kCursorFilePrefix = "cursor-";
inline constexpr std::string_view kStatusFileName = "status";
inline constexpr std::string_view kNewStatusFileName = "status-new";

inline bool is_delivery_file(std::string_view name) {
  return name.starts_with(kQueueFilePrefix) || name.starts_with(kCursorFilePrefix) || name == kStatusFileName ||
         name == kNewStatusFileName;
}

}  // namespace glimpse::writers::delivery
