// Runs something, and records an exception that leaves it before it goes on.
//
//   int main() { return glimpse::observe([] { return app::run(); }); }
//
// Threads: any. Failure: none of its own; the exception is the function's.
#pragma once

#include <utility>

#include "glimpse/log.h"

namespace glimpse {

// A log of level error with type, message and stack; the stack is that of the catch, the throw's is in the records.
template <typename Function>
GLIMPSE_UNTRACED decltype(auto) observe(Function&& function, const char* file = __builtin_FILE(),
                                        unsigned line = __builtin_LINE()) {
#if defined(__cpp_exceptions)
  try {
    return std::forward<Function>(function)();
  } catch (...) {
    LogRecord(Level::kError, "exception").exception().stack().place(file, line);
    throw;
  }
#else
  static_cast<void>(file);
  static_cast<void>(line);
  return std::forward<Function>(function)();
#endif
}

}  // namespace glimpse
