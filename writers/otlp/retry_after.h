// The header Retry-After: RFC 9110, section 10.2.3.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace glimpse::writers::otlp {

// A server may ask for this long, and no longer.
inline constexpr std::chrono::milliseconds kLongestRetryAfter = std::chrono::minutes(5);

// Seconds, or a date as RFC 9110 writes it (the obsolete forms as well). Nothing where it is neither; 0 for a date that
// has passed; at most kLongestRetryAfter.
std::optional<std::chrono::milliseconds> read_retry_after(std::string_view value,
                                                          std::chrono::system_clock::time_point now);

}  // namespace glimpse::writers::otlp
