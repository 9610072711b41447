// Spans and log records as bytes of a request: protobuf or JSON.
//
// A request has a part for each process, its resource, with that process's items behind each other, by scope:
//   resource()   once for each process
//   span(), program_span(), log()   append one item
//   request()    puts resources and items together; it copies the items once
//
// Form: opentelemetry-proto 1.5: ExportTraceServiceRequest and ExportLogsServiceRequest. Text that is not UTF-8 gets
// U+FFFD, as receivers refuse a whole request for one wrong byte.
// Threads: one thread uses an Encoder.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "writers/otlp/settings.h"
#include "writers/otlp/span.h"

namespace glimpse::writers::otlp {

// Whose items they are.
enum class Scope : std::uint8_t { kGlimpse, kProgram };

// A process's share of a request.
struct Group {
  std::shared_ptr<const std::string> resource;
  std::string items;          // of glimpse: calls, notices
  std::string program_items;  // of the program: its spans and logs
};

class Encoder {
 public:
  virtual ~Encoder() = default;

  virtual std::string_view content_type() const = 0;

  virtual std::string function_part(const Function& function) const = 0;
  virtual std::string thread_part(std::uint32_t tid, std::string_view name) const = 0;
  virtual std::string resource(const Attributes& attributes) const = 0;

  virtual void span(std::string& items, const Span& span) = 0;
  virtual void program_span(std::string& items, const ProgramSpan& span) = 0;
  virtual void log(std::string& items, const LogRecord& record) = 0;

  virtual std::string request(Signal signal, std::span<const Group> groups) const = 0;
};

std::unique_ptr<Encoder> make_encoder(Encoding encoding);

// More bytes than request() puts around a group's resource and items.
inline constexpr std::size_t kGroupOverheadBytes = 512;

inline std::size_t bytes_of(const Group& group) {
  return group.resource->size() + group.items.size() + group.program_items.size() + kGroupOverheadBytes;
}

// What both forms say of the scope, the span's kind and flags.
inline constexpr std::string_view kScopeName = "glimpse";
inline constexpr std::string_view kProgramScopeName = "glimpse.api";
inline constexpr std::int32_t kKindInternal = 1;
inline constexpr std::int32_t kStatusError = 2;
// SpanFlags: sampled, and it is known that the parent lives in the same process.
inline constexpr std::uint32_t kSpanFlags = 0x1 | 0x100;
// The same where it lives in another.
inline constexpr std::uint32_t kRemoteSpanFlags = kSpanFlags | 0x200;
inline constexpr std::string_view kExceptionEvent = "exception";

// `error.type` of a failed span: the convention's word where the type is not known.
inline std::string_view error_type(const Span& span) {
  return span.exception == nullptr || span.exception->type.empty() ? "_OTHER" : span.exception->type;
}

// Of the event `exception`, in which the conventions want a type or a message.
Attributes exception_attributes(const Span& span);

}  // namespace glimpse::writers::otlp
