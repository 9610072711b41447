#include "writers/output_path.h"

namespace glimpse::writers {

std::string expand_path(std::string_view path, std::uint32_t pid) {
  std::string expanded;
  for (std::size_t at = 0; at < path.size(); ++at) {
    const char next = at + 1 < path.size() ? path[at + 1] : '\0';
    if (path[at] != '%' || (next != 'p' && next != '%')) {
      expanded += path[at];
      continue;
    }
    expanded += next == 'p' ? std::to_string(pid) : "%";
    ++at;
  }
  return expanded;
}

}  // namespace glimpse::writers
