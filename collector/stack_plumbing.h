// Functions at the top of a stack that no reader asks for: what throws, and what says a log.
#pragma once

#include <string_view>

namespace glimpse::collector {

// `function`: its demangled name. Whether it only brings an exception from the throw to the unwinder, or a log from the
// program to the library by glimpse's own headers.
bool is_plumbing(std::string_view function);

}  // namespace glimpse::collector
