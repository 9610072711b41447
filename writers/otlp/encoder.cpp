#include "writers/otlp/encoder.h"

#include "writers/otlp/json_encoder.h"
#include "writers/otlp/protobuf_encoder.h"

namespace glimpse::writers::otlp {

std::unique_ptr<Encoder> make_encoder(Encoding encoding) {
  if (encoding == Encoding::kJson) return std::make_unique<JsonEncoder>();
  return std::make_unique<ProtobufEncoder>();
}

}  // namespace glimpse::writers::otlp
