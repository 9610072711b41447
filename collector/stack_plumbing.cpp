#include "collector/stack_plumbing.h"

#include <algorithm>
#include <array>

namespace glimpse::collector {

namespace {

// Between the throw and the unwinder.
bool only_throws(std::string_view function) {
  constexpr std::array<std::string_view, 6> kPlumbing{"__cxa_throw",
                                                      "__cxa_rethrow",
                                                      "std::rethrow_exception(",
                                                      "_Unwind_RaiseException",
                                                      "_Unwind_Resume_or_Rethrow",
                                                      "__wrap__Unwind_R"};
  return std::any_of(kPlumbing.begin(), kPlumbing.end(), [&](std::string_view name) {
    // A sanitizer's stand-in has a prefix of its own.
    return function.starts_with(name) || (function.find("interceptor_") < 4 && function.ends_with(name));
  });
}

// Of include/glimpse: log_record.h, crash.h, observe.h.
bool only_says(std::string_view function) {
  constexpr std::array<std::string_view, 3> kHeaders{"glimpse::LogRecord::", "glimpse::detail::", "glimpse::observe<"};
  return std::any_of(kHeaders.begin(), kHeaders.end(),
                     [&](std::string_view name) { return function.starts_with(name); });
}

}  // namespace

bool is_plumbing(std::string_view function) { return only_throws(function) || only_says(function); }

}  // namespace glimpse::collector
