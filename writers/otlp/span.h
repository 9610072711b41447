// A finished call, a span of the program, and a log record, on their way into a request; and the attributes that they
// can have.
//
// Names of attributes: OpenTelemetry semantic conventions 1.34; those that begin with `glimpse.` are ours.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "writers/record.h"
#include "writers/trace_ids.h"

namespace glimpse::writers::otlp {

struct Attribute {
  std::string key;
  std::variant<std::string, std::int64_t, std::vector<std::string>, double, bool> value;
};
using Attributes = std::vector<Attribute>;

// What never changes of a function or a thread is prepared once by an Encoder, and only copied into each span.
struct Span {
  TraceId trace_id;
  std::uint64_t span_id = 0;
  std::uint64_t parent_span_id = 0;  // 0 for a root
  std::int64_t begin_ns = 0;         // since 1970-01-01T00:00:00Z
  std::int64_t end_ns = 0;
  std::string_view function_part;  // Encoder::function_part()
  std::string_view thread_part;    // Encoder::thread_part()
  std::uint64_t call_id = 0;
  std::string_view arguments;  // empty where not captured
  std::string_view result;
  bool failed = false;
  const Exception* exception = nullptr;  // where it failed and something is known
};

// What the program itself has said is a span.
struct ProgramEvent {
  std::int64_t time_ns = 0;
  std::string_view name;
  Attributes attributes;
};
struct ProgramLink {
  TraceId trace_id;
  std::uint64_t span_id = 0;
  Attributes attributes;
};
struct ProgramSpan {
  TraceId trace_id;
  std::uint64_t span_id = 0;
  std::uint64_t parent_span_id = 0;  // 0 for a root
  bool remote_parent = false;        // which lives in another process
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  std::string_view name;
  std::int32_t kind = 1;
  std::int32_t status = 0;  // StatusCode
  std::string_view status_message;
  std::string_view tracestate;
  Attributes attributes;
  std::vector<ProgramEvent> events;
  std::vector<ProgramLink> links;
};

// SeverityNumber of the log data model, and its short name.
struct Severity {
  std::int32_t number;
  std::string_view text;
};
inline constexpr Severity kWarn{13, "WARN"};
Severity severity_of(Level level);

struct LogRecord {
  std::int64_t time_ns = 0;
  Severity severity = kWarn;
  std::string_view body;
  TraceId trace_id;           // zero where it belongs to no span
  std::uint64_t span_id = 0;  // likewise
  Attributes attributes;
};

}  // namespace glimpse::writers::otlp
