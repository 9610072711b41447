// The JSON form: Content-Type application/json.
//
// As OTLP asks, keys are lowerCamelCase, ids hexadecimal, enumerators numbers and 64-bit integers strings of digits.
#pragma once

#include <string>

#include "writers/otlp/encoder.h"

namespace glimpse::writers::otlp {

class JsonEncoder final : public Encoder {
 public:
  std::string_view content_type() const override { return "application/json"; }
  std::string function_part(const Function& function) const override;
  std::string thread_part(std::uint32_t tid, std::string_view name) const override;
  std::string resource(const Attributes& attributes) const override;
  // Each item begins with a comma, of which request() leaves out the first.
  void span(std::string& items, const Span& span) override;
  void program_span(std::string& items, const ProgramSpan& span) override;
  void log(std::string& items, const LogRecord& record) override;
  std::string request(Signal signal, std::span<const Group> groups) const override;
};

}  // namespace glimpse::writers::otlp
