// What a program says when it dies by an exception that nobody catches, or by a fatal signal if asked: one log, level
// FATAL, with type, message, stack and the endpoint, which is the name of the request or job that the thread works at.
//
//   glimpse::install_hook();                        // std::terminate
//   glimpse::install_hook(glimpse::Hook::kSignals); // and SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS
//   glimpse::Endpoint endpoint{"GET /orders/:id"};  // for this thread, until the scope ends
//
// What was installed before is called afterwards: core dump and exit status are as they were.
//
// Threads: any. Installing twice is installing once.
// Failure: false where there is no library; the terminate handler is installed all the same, and only passes on.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

#include "glimpse/control.h"
#include "glimpse/log.h"

namespace glimpse {

enum class Hook { kTerminate, kSignals };

namespace detail {

inline thread_local std::string_view endpoint;
inline std::atomic<std::terminate_handler> previous_terminate{nullptr};
inline std::atomic<bool> terminate_installed{false};

[[noreturn]] GLIMPSE_UNTRACED inline void terminate() {
  // Once: a handler that fails, or is called by two threads, says it no second time.
  static std::atomic<bool> said{false};
  if (!said.exchange(true)) {
    {
      LogRecord record(Level::kFatal, "uncaught exception");
      record.exception().stack().place("", 0);
      if (!endpoint.empty()) record.field("endpoint", endpoint);
    }
    static_cast<void>(glimpse::flush(std::chrono::seconds(2)));
  }
  const std::terminate_handler previous = previous_terminate.load();
  if (previous != nullptr && previous != &terminate) previous();
  std::abort();
}

}  // namespace detail

// The name of what the thread works at, for crashes. The text has to live as long as the scope.
class [[nodiscard]] Endpoint {
 public:
  GLIMPSE_UNTRACED explicit Endpoint(std::string_view name) : before_(detail::endpoint) { detail::endpoint = name; }
  GLIMPSE_UNTRACED ~Endpoint() { detail::endpoint = before_; }
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

 private:
  std::string_view before_;
};

GLIMPSE_UNTRACED inline bool install_hook(Hook what = Hook::kTerminate) {
  if (!detail::terminate_installed.exchange(true)) {
    detail::previous_terminate = std::set_terminate(&detail::terminate);
  }
  if (what == Hook::kSignals) return glimpse_install_signal_hook().ok != 0;
  return glimpse_program_api != nullptr;
}

// What was there before is there again, unless somebody has installed another since: that one stays.
GLIMPSE_UNTRACED inline void uninstall_hook() {
  static_cast<void>(glimpse_uninstall_signal_hook());
  if (!detail::terminate_installed.load() || std::get_terminate() != &detail::terminate) return;
  std::set_terminate(detail::previous_terminate.exchange(nullptr));
  detail::terminate_installed = false;
}

GLIMPSE_UNTRACED inline bool is_installed() { return detail::terminate_installed.load(); }

}  // namespace glimpse
