// The binary form: Content-Type application/x-protobuf.
#pragma once

#include <string>

#include "writers/otlp/encoder.h"

namespace glimpse::writers::otlp {

class ProtobufEncoder final : public Encoder {
 public:
  std::string_view content_type() const override { return "application/x-protobuf"; }
  std::string function_part(const Function& function) const override;
  std::string thread_part(std::uint32_t tid, std::string_view name) const override;
  std::string resource(const Attributes& attributes) const override;
  void span(std::string& items, const Span& span) override;
  void program_span(std::string& items, const ProgramSpan& span) override;
  void log(std::string& items, const LogRecord& record) override;
  std::string request(Signal signal, std::span<const Group> groups) const override;

 private:
  std::string scratch_;  // one item: its size stands before it
};

}  // namespace glimpse::writers::otlp
