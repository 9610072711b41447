#include "writers/otlp/retry_after.h"

#include <time.h>

#include <algorithm>
#include <string>

namespace glimpse::writers::otlp {

using std::chrono::milliseconds;

std::optional<milliseconds> read_retry_after(std::string_view value, std::chrono::system_clock::time_point now) {
  constexpr std::size_t kLongestDate = 64;
  if (value.empty() || value.size() > kLongestDate) return std::nullopt;
  if (value.find_first_not_of("0123456789") == std::string_view::npos) {
    std::int64_t seconds = 0;
    for (const char digit : value) {
      seconds = std::min<std::int64_t>(seconds * 10 + (digit - '0'), kLongestRetryAfter / std::chrono::seconds(1));
    }
    return std::chrono::seconds(seconds);
  }
  const std::string date(value);
  // IMF-fixdate, RFC 850, asctime. glimpse sets no locale, so that the names of days are the English ones.
  for (const char* const form : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"}) {
    tm parts{};
    const char* const end = strptime(date.c_str(), form, &parts);
    if (end == nullptr || *end != '\0') continue;
    const auto wait = std::chrono::system_clock::from_time_t(timegm(&parts)) - now;
    return std::clamp(std::chrono::duration_cast<milliseconds>(wait), milliseconds(0), kLongestRetryAfter);
  }
  return std::nullopt;
}

}  // namespace glimpse::writers::otlp
