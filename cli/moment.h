// A point in time as the user of `glimpse cat` names it.
//
//   2026-03-01T12:00:00.5Z          as in records; fraction and offset (+01:00) as RFC 3339 has them
//   +1.5s, +200ms, +30us, +10ns     after the begin of the recording
#pragma once

#include <cstdint>
#include <string_view>

#include "glimpse/result.h"

namespace glimpse::cli {

struct Moment {
  bool relative = false;
  std::int64_t ns = 0;  // since 1970-01-01T00:00:00Z, or since the begin

  std::int64_t since_1970_ns(std::int64_t begin_ns) const;  // the last moment there is where that is later
};

// The Error continues a sentence that begins with the option's name, and says what is allowed.
Result<Moment> parse_moment(std::string_view text);

}  // namespace glimpse::cli
