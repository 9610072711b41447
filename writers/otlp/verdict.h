// What an HTTP response means for the request: OTLP 1.5, "OTLP/HTTP Response".
//
//   200 to 299                         it arrived, maybe not all of it; never sent again
//   429, 502, 503, 504, no answer      sent again, after Retry-After where the server says so
//   all else, redirects too            never sent again
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "writers/otlp/transport.h"

namespace glimpse::writers::otlp {

struct Verdict {
  enum class Kind : std::uint8_t { kArrived, kAgain, kRefused };
  Kind kind = Kind::kArrived;
  bool not_served = false;     // refused: there is no such service (404, 405, 501)
  std::uint64_t rejected = 0;  // arrived: items that the server did not take
  std::string sentence;        // kArrived: what the server remarks, often empty. Else the problem, with the URL
  std::optional<std::chrono::milliseconds> retry_after;
};

Verdict judge(const HttpResponse& response, const Endpoint& endpoint, std::chrono::system_clock::time_point now);

}  // namespace glimpse::writers::otlp
