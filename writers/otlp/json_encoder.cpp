#include "writers/otlp/json_encoder.h"

#include <fmt/format.h>

#include "writers/field_text.h"
#include "writers/hex_text.h"
#include "writers/json_text.h"

namespace glimpse::writers::otlp {
namespace {

void append_text(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

void append_hex(std::string& out, std::uint64_t id) {
  char digits[kSpanIdDigits];
  out.append(digits, write_hex(digits, id));
}

void append_trace_id(std::string& out, TraceId id) {
  char digits[kTraceIdDigits];
  out.append(digits, write_hex(digits, id));
}

void append_value(std::string& out, const std::string& value) {
  out += "{\"stringValue\":";
  append_text(out, value);
  out += '}';
}

void append_value(std::string& out, std::int64_t value) {
  out += "{\"intValue\":\"";
  out += std::to_string(value);
  out += "\"}";
}

void append_value(std::string& out, const std::vector<std::string>& values) {
  out += "{\"arrayValue\":{\"values\":[";
  for (const std::string& value : values) {
    if (&value != &values.front()) out += ',';
    append_value(out, value);
  }
  out += "]}}";
}

void append_value(std::string& out, double value) {
  const std::string_view word = word_for(value);
  out += word.empty() ? fmt::format("{{\"doubleValue\":{}}}", value) : fmt::format("{{\"doubleValue\":\"{}\"}}", word);
}

void append_value(std::string& out, bool value) { out += value ? "{\"boolValue\":true}" : "{\"boolValue\":false}"; }

// `{"key":"thread.id","value":…}`; `comma` stands before it.
template <typename Value>
void append_pair(std::string& out, std::string_view comma, std::string_view key, const Value& value) {
  out += comma;
  out += "{\"key\":";
  append_text(out, key);
  out += ",\"value\":";
  append_value(out, value);
  out += '}';
}

void append_pair(std::string& out, std::string_view comma, std::string_view key, std::string_view value) {
  append_pair(out, comma, key, std::string(value));
}

void append_attributes(std::string& out, const Attributes& attributes) {
  out += "\"attributes\":[";
  for (const auto& attribute : attributes) {
    const std::string_view comma = &attribute == &attributes.front() ? "" : ",";
    std::visit([&](const auto& value) { append_pair(out, comma, attribute.key, value); }, attribute.value);
  }
  out += ']';
}

// Begins behind the span's attributes, which it closes.
void append_exception(std::string& out, const Span& span) {
  out += ",\"events\":[{\"timeUnixNano\":\"";
  out += std::to_string(span.end_ns);
  out += "\",\"name\":";
  append_text(out, kExceptionEvent);
  out += ',';
  append_attributes(out, exception_attributes(span));
  out += "}]";
}

void append_status(std::string& out, const Span& span) {
  out += ",\"status\":{";
  if (span.exception != nullptr && span.exception->has_what) {
    out += "\"message\":";
    append_text(out, span.exception->what);
    out += ',';
  }
  out += "\"code\":";
  out += std::to_string(kStatusError);
  out += '}';
}

// The begin of a span of either kind, up to the quotation mark that ends its last id.
template <typename AnySpan>
void append_ids(std::string& items, const AnySpan& span) {
  items += ",{\"traceId\":\"";
  append_trace_id(items, span.trace_id);
  items += "\",\"spanId\":\"";
  append_hex(items, span.span_id);
  if (span.parent_span_id != 0) {
    items += "\",\"parentSpanId\":\"";
    append_hex(items, span.parent_span_id);
  }
}

}  // namespace

// Ends inside the attributes, which span() goes on with.
std::string JsonEncoder::function_part(const Function& function) const {
  std::string part = ",\"name\":";
  append_text(part, function.name);
  part += ",\"kind\":";
  part += std::to_string(kKindInternal);
  part += ",\"attributes\":[";
  append_pair(part, "", "code.function.name", function.name);
  if (!function.file.empty()) append_pair(part, ",", "code.file.path", function.file);
  if (function.line != 0) append_pair(part, ",", "code.line.number", std::int64_t{function.line});
  append_pair(part, ",", "glimpse.module", function.module);
  return part;
}

std::string JsonEncoder::thread_part(std::uint32_t tid, std::string_view name) const {
  std::string part;
  append_pair(part, ",", "thread.id", std::int64_t{tid});
  if (!name.empty()) append_pair(part, ",", "thread.name", name);
  return part;
}

std::string JsonEncoder::resource(const Attributes& attributes) const {
  std::string object = "{";
  append_attributes(object, attributes);
  object += '}';
  return object;
}

void JsonEncoder::span(std::string& items, const Span& span) {
  append_ids(items, span);
  items += "\",\"flags\":";
  items += std::to_string(kSpanFlags);
  items += ",\"startTimeUnixNano\":\"";
  items += std::to_string(span.begin_ns);
  items += "\",\"endTimeUnixNano\":\"";
  items += std::to_string(span.end_ns);
  items += '"';
  items += span.function_part;
  items += span.thread_part;
  append_pair(items, ",", "glimpse.call_id", static_cast<std::int64_t>(span.call_id));
  if (!span.arguments.empty()) append_pair(items, ",", "glimpse.args", span.arguments);
  if (!span.result.empty()) append_pair(items, ",", "glimpse.result", span.result);
  if (span.failed) append_pair(items, ",", "error.type", error_type(span));
  items += ']';
  if (span.failed) {
    append_exception(items, span);
    append_status(items, span);
  }
  items += '}';
}

void JsonEncoder::program_span(std::string& items, const ProgramSpan& span) {
  append_ids(items, span);
  items += fmt::format(R"(","flags":{},"startTimeUnixNano":"{}","endTimeUnixNano":"{}","kind":{},"name":)",
                       span.remote_parent ? kRemoteSpanFlags : kSpanFlags, span.begin_ns, span.end_ns, span.kind);
  append_text(items, span.name);
  if (!span.tracestate.empty()) {
    items += ",\"traceState\":";
    append_text(items, span.tracestate);
  }
  items += ',';
  append_attributes(items, span.attributes);
  items += ",\"events\":[";
  for (const ProgramEvent& event : span.events) {
    if (&event != &span.events.front()) items += ',';
    items += fmt::format(R"({{"timeUnixNano":"{}","name":)", event.time_ns);
    append_text(items, event.name);
    items += ',';
    append_attributes(items, event.attributes);
    items += '}';
  }
  items += "],\"links\":[";
  for (const ProgramLink& link : span.links) {
    if (&link != &span.links.front()) items += ',';
    items += "{\"traceId\":\"";
    append_trace_id(items, link.trace_id);
    items += "\",\"spanId\":\"";
    append_hex(items, link.span_id);
    items += "\",";
    append_attributes(items, link.attributes);
    items += '}';
  }
  items += ']';
  if (span.status != 0) {
    items += fmt::format(R"(,"status":{{"code":{})", span.status);
    if (!span.status_message.empty()) {
      items += ",\"message\":";
      append_text(items, span.status_message);
    }
    items += '}';
  }
  items += '}';
}

void JsonEncoder::log(std::string& items, const LogRecord& record) {
  const std::string time = std::to_string(record.time_ns);
  items += ",{\"timeUnixNano\":\"" + time + "\",\"observedTimeUnixNano\":\"" + time + "\",\"severityNumber\":";
  items += std::to_string(record.severity.number);
  items += ",\"severityText\":";
  append_text(items, record.severity.text);
  items += ",\"body\":";
  append_value(items, std::string(record.body));
  items += ',';
  append_attributes(items, record.attributes);
  if (record.span_id != 0) {
    items += ",\"traceId\":\"";
    append_trace_id(items, record.trace_id);
    items += "\",\"spanId\":\"";
    append_hex(items, record.span_id);
    items += '"';
  }
  items += '}';
}

std::string JsonEncoder::request(Signal signal, std::span<const Group> groups) const {
  const bool traces = signal == Signal::kTraces;
  std::size_t bytes = kGroupOverheadBytes;
  for (const Group& group : groups) bytes += bytes_of(group);
  std::string body;
  body.reserve(bytes);
  body += traces ? "{\"resourceSpans\":[" : "{\"resourceLogs\":[";
  for (const Group& group : groups) {
    if (&group != &groups.front()) body += ',';
    body += "{\"resource\":";
    body += *group.resource;
    body += traces ? ",\"scopeSpans\":[" : ",\"scopeLogs\":[";
    for (const auto& [name, items] :
         {std::pair(kScopeName, std::string_view(group.items)), {kProgramScopeName, group.program_items}}) {
      if (items.empty()) continue;
      if (body.back() != '[') body += ',';
      body += "{\"scope\":{\"name\":";
      append_text(body, name);
      body += ",\"version\":\"" GLIMPSE_VERSION "\"},";
      body += traces ? "\"spans\":[" : "\"logRecords\":[";
      body.append(items.substr(1));
      body += "]}";
    }
    body += "]}";
  }
  body += "]}";
  return body;
}

}  // namespace glimpse::writers::otlp
