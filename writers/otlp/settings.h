// What an OtlpDestination is told: where to, how, and how much.
//
// Headers, and user and password in URLs, are secrets: nothing shows them but the request itself.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/options.h"

namespace glimpse::writers::otlp {

enum class Signal : std::uint8_t { kTraces, kLogs };
enum class Encoding : std::uint8_t { kProtobuf, kJson };

// Where requests of one signal go.
struct Endpoint {
  std::string url;  // whole: `http://localhost:4318/v1/traces`
  std::vector<std::pair<std::string, std::string>> headers;
};

// Files of PEM text; empty where the system's are used, and none is sent.
struct Tls {
  std::string certificate;  // the authorities that a server is believed by
  std::string client_certificate;
  std::string client_key;
};

struct Settings {
  Endpoint traces;
  Endpoint logs;
  Encoding encoding = Encoding::kProtobuf;
  bool gzip = true;
  Tls tls;
  std::chrono::milliseconds timeout{10'000};  // of one request, whole
  std::chrono::milliseconds interval{0};      // least time from the begin of a request to the next one's
  std::chrono::milliseconds patience{5'000};  // how long spans wait for more of them
  std::size_t max_spans = 8'192;              // in one request
  Sampler sampler = Sampler::kParentBasedAlwaysOn;
  double sampling_ratio = 1.0;         // where the sampler has one
  std::uint32_t spans_per_second = 0;  // of the program's time; 0 is no cap
  std::uint64_t min_duration_ns = 0;   // shorter calls are no spans, unless they failed
  std::vector<std::pair<std::string, std::string>> resource_attributes;

  const Endpoint& endpoint(Signal signal) const { return signal == Signal::kTraces ? traces : logs; }
};

// `/v1/traces`, `/v1/logs`.
const char* path_of(Signal signal);

// From the settings of glimpse, by OpenTelemetry's rules: a signal's own endpoint is used as it is, a common one gets
// the signal's path; a signal's own headers replace the common ones. GLIMPSE_JAEGER_ENDPOINT is a common endpoint that
// wins.
Settings settings_of(const Options& options);

}  // namespace glimpse::writers::otlp
