// Signals by name, as messages write them.
#pragma once

#include <string>

namespace glimpse::cli {

// `SIGKILL`, `SIGRTMIN+2`; `signal 99` for a number that is none.
std::string signal_name(int number);

}  // namespace glimpse::cli
