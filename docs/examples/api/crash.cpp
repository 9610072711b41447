// A program that dies by an exception that nobody catches: `crash` says so in a log, `crash without` does not install
// the hook, `crash signal` dies by a signal.
#include <glimpse/crash.h>
#include <glimpse/observe.h>

#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string_view>

namespace shop {

void serve(bool by_signal) {
  glimpse::Endpoint endpoint{"GET /orders/:id"};
  if (by_signal) std::raise(SIGSEGV);
  throw std::out_of_range("no such order");
}

}  // namespace shop

int main(int count, char** words) {
  const std::string_view how = count > 1 ? words[1] : "";
  if (how != "without") glimpse::install_hook(how == "signal" ? glimpse::Hook::kSignals : glimpse::Hook::kTerminate);
  std::puts(glimpse::is_installed() ? "installed" : "not installed");
  std::fflush(stdout);
  if (how == "observed") {
    glimpse::uninstall_hook();
    glimpse::observe([] { shop::serve(false); });
  }
  shop::serve(how == "signal");
}
