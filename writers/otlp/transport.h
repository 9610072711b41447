// How a request gets to a server: by libcurl, or in tests by something that plays the server.
//
// Threads: one thread uses a Transport. Failure: post() always returns; what went wrong is in the response.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "writers/otlp/settings.h"

namespace glimpse::writers::otlp {

struct HttpRequest {
  const Endpoint& endpoint;
  std::string_view content_type;
  std::string_view content_encoding;  // empty: none
  std::string_view body;
  std::chrono::milliseconds timeout{10'000};  // for all of it
};

struct HttpResponse {
  int status = 0;            // 0: there was no answer, and `problem` says why
  std::string content_type;  // these three as the server wrote them
  std::string retry_after;
  std::string body;       // at most kMaxResponseBytes; what follows is not kept
  std::string problem;    // a sentence; no secrets
  bool hopeless = false;  // no answer, and there will never be one: the URL is none
};

inline constexpr std::size_t kMaxResponseBytes = 64 * 1024;

class Transport {
 public:
  virtual ~Transport() = default;
  virtual HttpResponse post(const HttpRequest& request) = 0;
};

}  // namespace glimpse::writers::otlp
