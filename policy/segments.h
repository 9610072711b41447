// The segments of a `::` path, one after the other.
#pragma once

#include <cstddef>
#include <string_view>

namespace glimpse::policy {

// The first segment of `path`, which loses it and the `::` behind it.
inline std::string_view take_segment(std::string_view& path) {
  const std::size_t end = path.find("::");
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end == std::string_view::npos ? path.size() : end + 2);
  return segment;
}

}  // namespace glimpse::policy
