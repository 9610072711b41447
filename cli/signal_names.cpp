#include "cli/signal_names.h"

#include <fmt/format.h>
#include <signal.h>
#include <string.h>

namespace glimpse::cli {

std::string signal_name(int number) {
  if (const char* const name = sigabbrev_np(number)) return fmt::format("SIG{}", name);
  if (number >= SIGRTMIN && number <= SIGRTMAX) {
    return number == SIGRTMIN ? "SIGRTMIN" : fmt::format("SIGRTMIN+{}", number - SIGRTMIN);
  }
  return fmt::format("signal {}", number);
}

}  // namespace glimpse::cli
