// The level that messages of this process need, and the check that each of them begins with.
//
//   glimpse::set_log_level(glimpse::Level::kWarning);
//   if (glimpse::log_enabled(glimpse::Level::kDebug)) glimpse::debug("{}", costly());
//
// Included by log.h and log_record.h.
//
// Threads: any. Failure: none.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <type_traits>

#include "glimpse/field.h"
#include "glimpse/level.h"
#include "glimpse/program.h"

namespace glimpse {

namespace detail {

GLIMPSE_UNTRACED inline unsigned log_level_of_environment() {
  const char* const text = std::getenv("GLIMPSE_LOG_LEVEL");
  constexpr std::string_view kNames[] = {"DEBUG", "INFO", "WARNING", "ERROR", "FATAL"};
  for (unsigned i = 0; text != nullptr && i < 5; ++i) {
    if (kNames[i] == text) return i;
  }
  return 0;
}

// One for the process, whichever of its binaries asks. Atomic by the compiler's own functions: std::atomic's are
// hooked.
inline unsigned log_level = log_level_of_environment();

// The table, if a message of this level is wanted.
GLIMPSE_CHECKED glimpse_api* log_api(Level level) {
  glimpse_api* const api = glimpse_program_api;
  if (__builtin_expect(api == nullptr || api->recording == 0, 1)) return nullptr;
  return static_cast<unsigned>(level) >= __atomic_load_n(&log_level, __ATOMIC_RELAXED) ? api : nullptr;
}

GLIMPSE_UNTRACED inline glimpse_log_record log_record(Level level, std::string_view message) {
  glimpse_log_record record{};
  record.level = static_cast<std::uint32_t>(level);
  record.message = text_of(message);
  record.ttl_seconds = -1;
  return record;
}

// A format and the place in the source that gave it.
struct LogFormat {
  template <typename Text, typename = std::enable_if_t<std::is_convertible_v<const Text&, std::string_view>>>
  GLIMPSE_CHECKED constexpr LogFormat(const Text& format, const char* source = __builtin_FILE(),
                                      unsigned source_line = __builtin_LINE())
      : text(format), file(source), line(source_line) {}
  std::string_view text;
  const char* file;
  unsigned line;
};

// Numbers and pointers by copy: their variables need no address, so can stay in registers.
template <typename Value>
using Passed = std::conditional_t<std::is_scalar_v<Value>, Value, const Value&>;

}  // namespace detail

// Whether a message of this level would be recorded now: for those that are costly to make.
GLIMPSE_UNTRACED inline bool log_enabled(Level level) { return detail::log_api(level) != nullptr; }
// What is below is left out from now on, in the whole process.
GLIMPSE_UNTRACED inline void set_log_level(Level least) {
  __atomic_store_n(&detail::log_level, static_cast<unsigned>(least), __ATOMIC_RELAXED);
}

}  // namespace glimpse
