// Any bytes as UTF-8, copied only where they are not that already.
#pragma once

#include <string>
#include <string_view>

namespace glimpse::writers {

// `text` itself, or `room` with a U+FFFD for each maximal subpart of an ill-formed sequence. Valid as long as both are
// left alone.
std::string_view valid_text(std::string_view text, std::string& room);

// The same as a text of its own.
std::string valid_copy(std::string_view text);

}  // namespace glimpse::writers
