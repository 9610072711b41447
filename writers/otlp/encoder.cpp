#include "writers/otlp/encoder.h"

#include "writers/otlp/json_encoder.h"
#include "writers/otlp/protobuf_encoder.h"

namespace glimpse::writers::otlp {

std::unique_ptr<Encoder> make_encoder(Encoding encoding) {
  if (encoding == Encoding::kJson) return std::make_unique<JsonEncoder>();
  return std::make_unique<ProtobufEncoder>();
}

Attributes exception_attributes(const Span& span) {
  const Exception nothing;
  const Exception& thrown = span.exception != nullptr ? *span.exception : nothing;
  Attributes attributes;
  const auto add = [&attributes](const char* key, std::string_view value) {
    attributes.push_back({key, std::string(value)});
  };
  if (!thrown.type.empty() || !thrown.has_what) add("exception.type", error_type(span));
  if (thrown.has_what) add("exception.message", thrown.what);
  if (!thrown.stack_trace.empty()) add("exception.stacktrace", thrown.stack_trace);
  if (!thrown.fingerprint.empty()) add("glimpse.fingerprint", thrown.fingerprint);
  return attributes;
}

}  // namespace glimpse::writers::otlp
