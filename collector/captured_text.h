// What the runtime captured, as records have it: the text with its floating-point numbers written out.
//
// Numbers are the shortest that read back as the same, whatever the locale. Threads: pure function. Failure: what is no
// number of ours stays as it is.
#pragma once

#include <string>
#include <string_view>

namespace glimpse::collector {

std::string captured_text(std::string_view wire_text);

}  // namespace glimpse::collector
