// Any bytes as UTF-8, copied only where they are not that already.
#pragma once

#include <string>
#include <string_view>

namespace glimpse::writers::otlp {

// `text` itself, or `room` with a U+FFFD for each maximal subpart of an ill-formed sequence. Valid as long as both are
// left alone.
std::string_view valid_text(std::string_view text, std::string& room);

}  // namespace glimpse::writers::otlp
