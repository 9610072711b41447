#include "writers/otlp/settings.h"

#include <string_view>

namespace glimpse::writers::otlp {
namespace {

constexpr std::string_view kLocal = "http://localhost:4318";

// `http://host:4318/` and `http://host:4318` mean the same.
std::string appended(std::string_view base, Signal signal) {
  while (base.ends_with('/')) base.remove_suffix(1);
  return std::string(base) + path_of(signal);
}

// Who sets GLIMPSE_JAEGER_ENDPOINT to the whole address of the traces means the server.
std::string_view base_of(std::string_view url) {
  const std::string_view path = path_of(Signal::kTraces);
  return url.ends_with(path) ? url.substr(0, url.size() - path.size()) : url;
}

Endpoint endpoint_of(const Options& options, Signal signal, const Url& own, const HeaderList& own_headers) {
  Endpoint result;
  if (!options.jaeger_endpoint.text.empty()) {
    result.url = appended(base_of(options.jaeger_endpoint.text), signal);
  } else if (!own.text.empty()) {
    result.url = own.text;
  } else {
    result.url = appended(options.otlp_endpoint.text.empty() ? kLocal : options.otlp_endpoint.text, signal);
  }
  result.headers = own_headers.pairs.empty() ? options.otlp_headers.pairs : own_headers.pairs;
  return result;
}

}  // namespace

const char* path_of(Signal signal) { return signal == Signal::kTraces ? "/v1/traces" : "/v1/logs"; }

Settings settings_of(const Options& options) {
  Settings result;
  result.traces = endpoint_of(options, Signal::kTraces, options.otlp_traces_endpoint, options.otlp_traces_headers);
  result.logs = endpoint_of(options, Signal::kLogs, options.otlp_logs_endpoint, options.otlp_logs_headers);
  result.encoding = options.otlp_protocol == OtlpProtocol::kHttpJson ? Encoding::kJson : Encoding::kProtobuf;
  result.gzip = options.otlp_compression == OtlpCompression::kGzip;
  result.tls = {options.otlp_certificate, options.otlp_client_certificate, options.otlp_client_key};
  result.timeout = options.otlp_timeout;
  result.interval = options.otlp_interval;
  result.patience = options.otlp_schedule_delay;
  result.max_spans = options.otlp_batch_spans;
  result.sampler = options.traces_sampler;
  result.sampling_ratio = options.traces_sampler_ratio;
  result.spans_per_second = options.spans_per_second;
  result.min_duration_ns = std::uint64_t{options.span_min_duration_us} * 1'000;
  result.resource_attributes = options.resource_attributes;
  if (!options.service_name.empty()) result.resource_attributes.emplace_back("service.name", options.service_name);
  return result;
}

}  // namespace glimpse::writers::otlp
