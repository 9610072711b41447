#include "writers/otlp/protobuf_encoder.h"

#include <array>
#include <protozero/pbf_writer.hpp>

#include "writers/valid_text.h"

namespace glimpse::writers::otlp {
namespace {

using protozero::pbf_writer;

// Field numbers of opentelemetry/proto/{common,resource,trace,logs}/v1, by message.
namespace request_field {
constexpr protozero::pbf_tag_type kResourceItems = 1;
}
namespace resource_items {
constexpr protozero::pbf_tag_type kResource = 1, kScopeItems = 2;
}
namespace scope_items {
constexpr protozero::pbf_tag_type kScope = 1, kItem = 2;
}
namespace scope {
constexpr protozero::pbf_tag_type kName = 1, kVersion = 2;
}
namespace resource_field {
constexpr protozero::pbf_tag_type kAttributes = 1;
}
namespace key_value {
constexpr protozero::pbf_tag_type kKey = 1, kValue = 2;
}
namespace any_value {
constexpr protozero::pbf_tag_type kString = 1, kBool = 2, kInt = 3, kDouble = 4, kArray = 5;
}
namespace array_value {
constexpr protozero::pbf_tag_type kValues = 1;
}
namespace span_field {
constexpr protozero::pbf_tag_type kTraceId = 1, kSpanId = 2, kTraceState = 3, kParentSpanId = 4, kName = 5, kKind = 6,
                                  kBegin = 7, kEnd = 8, kAttributes = 9, kEvents = 11, kLinks = 13, kStatus = 15,
                                  kFlags = 16;
}
namespace event_field {
constexpr protozero::pbf_tag_type kTime = 1, kName = 2, kAttributes = 3;
}
namespace link_field {
constexpr protozero::pbf_tag_type kTraceId = 1, kSpanId = 2, kAttributes = 4;
}
namespace status_field {
constexpr protozero::pbf_tag_type kMessage = 2, kCode = 3;
}
namespace log_field {
constexpr protozero::pbf_tag_type kTime = 1, kSeverityNumber = 2, kSeverityText = 3, kBody = 5, kAttributes = 6,
                                  kTraceId = 9, kSpanId = 10, kObservedTime = 11;
}

void add_text(pbf_writer& message, protozero::pbf_tag_type tag, std::string_view text) {
  std::string room;
  const std::string_view valid = valid_text(text, room);
  message.add_string(tag, valid.data(), valid.size());
}

void add(pbf_writer& parent, protozero::pbf_tag_type tag, std::string_view key, std::string_view value) {
  pbf_writer pair(parent, tag);
  add_text(pair, key_value::kKey, key);
  pbf_writer any(pair, key_value::kValue);
  add_text(any, any_value::kString, value);
}

void add(pbf_writer& parent, protozero::pbf_tag_type tag, std::string_view key, std::int64_t value) {
  pbf_writer pair(parent, tag);
  add_text(pair, key_value::kKey, key);
  pbf_writer any(pair, key_value::kValue);
  any.add_int64(any_value::kInt, value);
}

void add(pbf_writer& parent, protozero::pbf_tag_type tag, std::string_view key,
         const std::vector<std::string>& values) {
  pbf_writer pair(parent, tag);
  add_text(pair, key_value::kKey, key);
  pbf_writer any(pair, key_value::kValue);
  pbf_writer array(any, any_value::kArray);
  for (const std::string& value : values) {
    pbf_writer element(array, array_value::kValues);
    add_text(element, any_value::kString, value);
  }
}

void add(pbf_writer& parent, protozero::pbf_tag_type tag, std::string_view key, double value) {
  pbf_writer pair(parent, tag);
  add_text(pair, key_value::kKey, key);
  pbf_writer any(pair, key_value::kValue);
  any.add_double(any_value::kDouble, value);
}

void add(pbf_writer& parent, protozero::pbf_tag_type tag, std::string_view key, bool value) {
  pbf_writer pair(parent, tag);
  add_text(pair, key_value::kKey, key);
  pbf_writer any(pair, key_value::kValue);
  any.add_bool(any_value::kBool, value);
}

void add(pbf_writer& parent, protozero::pbf_tag_type tag, const Attributes& attributes) {
  for (const auto& [key, value] : attributes) {
    std::visit([&, &name = key](const auto& what) { add(parent, tag, name, what); }, value);
  }
}

template <std::size_t Words>
void add_id(pbf_writer& message, protozero::pbf_tag_type tag, const std::array<std::uint64_t, Words>& id) {
  std::array<char, Words * 8> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(id[i / 8] >> (56 - i % 8 * 8));
  message.add_bytes(tag, bytes.data(), bytes.size());
}

void add_exception(pbf_writer& span, const Span& record) {
  pbf_writer event(span, span_field::kEvents);
  event.add_fixed64(event_field::kTime, static_cast<std::uint64_t>(record.end_ns));
  event.add_string(event_field::kName, kExceptionEvent.data(), kExceptionEvent.size());
  add(event, event_field::kAttributes, exception_attributes(record));
}

void add_failure(pbf_writer& span, const Span& record) {
  add(span, span_field::kAttributes, "error.type", error_type(record));
  add_exception(span, record);
  pbf_writer status(span, span_field::kStatus);
  if (record.exception != nullptr && record.exception->has_what) {
    add_text(status, status_field::kMessage, record.exception->what);
  }
  status.add_enum(status_field::kCode, kStatusError);
}

}  // namespace

std::string ProtobufEncoder::function_part(const Function& function) const {
  std::string part;
  pbf_writer span(part);
  add_text(span, span_field::kName, function.name);
  span.add_enum(span_field::kKind, kKindInternal);
  add(span, span_field::kAttributes, "code.function.name", function.name);
  if (!function.file.empty()) add(span, span_field::kAttributes, "code.file.path", function.file);
  if (function.line != 0) add(span, span_field::kAttributes, "code.line.number", std::int64_t{function.line});
  add(span, span_field::kAttributes, "glimpse.module", function.module);
  return part;
}

std::string ProtobufEncoder::thread_part(std::uint32_t tid, std::string_view name) const {
  std::string part;
  pbf_writer span(part);
  add(span, span_field::kAttributes, "thread.id", std::int64_t{tid});
  if (!name.empty()) add(span, span_field::kAttributes, "thread.name", name);
  return part;
}

std::string ProtobufEncoder::resource(const Attributes& attributes) const {
  std::string message;
  pbf_writer resource(message);
  add(resource, resource_field::kAttributes, attributes);
  return message;
}

void ProtobufEncoder::span(std::string& items, const Span& record) {
  scratch_.clear();
  pbf_writer span(scratch_);
  add_id<2>(span, span_field::kTraceId, {record.trace_id.high, record.trace_id.low});
  add_id<1>(span, span_field::kSpanId, {record.span_id});
  if (record.parent_span_id != 0) add_id<1>(span, span_field::kParentSpanId, {record.parent_span_id});
  scratch_ += record.function_part;
  span.add_fixed64(span_field::kBegin, static_cast<std::uint64_t>(record.begin_ns));
  span.add_fixed64(span_field::kEnd, static_cast<std::uint64_t>(record.end_ns));
  scratch_ += record.thread_part;
  add(span, span_field::kAttributes, "glimpse.call_id", static_cast<std::int64_t>(record.call_id));
  if (!record.arguments.empty()) add(span, span_field::kAttributes, "glimpse.args", record.arguments);
  if (!record.result.empty()) add(span, span_field::kAttributes, "glimpse.result", record.result);
  if (record.failed) add_failure(span, record);
  span.add_fixed32(span_field::kFlags, kSpanFlags);
  pbf_writer(items).add_message(scope_items::kItem, scratch_);
}

void ProtobufEncoder::program_span(std::string& items, const ProgramSpan& record) {
  scratch_.clear();
  pbf_writer span(scratch_);
  add_id<2>(span, span_field::kTraceId, {record.trace_id.high, record.trace_id.low});
  add_id<1>(span, span_field::kSpanId, {record.span_id});
  if (!record.tracestate.empty()) add_text(span, span_field::kTraceState, record.tracestate);
  if (record.parent_span_id != 0) add_id<1>(span, span_field::kParentSpanId, {record.parent_span_id});
  add_text(span, span_field::kName, record.name);
  span.add_enum(span_field::kKind, record.kind);
  span.add_fixed64(span_field::kBegin, static_cast<std::uint64_t>(record.begin_ns));
  span.add_fixed64(span_field::kEnd, static_cast<std::uint64_t>(record.end_ns));
  add(span, span_field::kAttributes, record.attributes);
  for (const ProgramEvent& one : record.events) {
    pbf_writer event(span, span_field::kEvents);
    event.add_fixed64(event_field::kTime, static_cast<std::uint64_t>(one.time_ns));
    add_text(event, event_field::kName, one.name);
    add(event, event_field::kAttributes, one.attributes);
  }
  for (const ProgramLink& one : record.links) {
    pbf_writer link(span, span_field::kLinks);
    add_id<2>(link, link_field::kTraceId, {one.trace_id.high, one.trace_id.low});
    add_id<1>(link, link_field::kSpanId, {one.span_id});
    add(link, link_field::kAttributes, one.attributes);
  }
  if (record.status != 0) {
    pbf_writer status(span, span_field::kStatus);
    if (!record.status_message.empty()) add_text(status, status_field::kMessage, record.status_message);
    status.add_enum(status_field::kCode, record.status);
  }
  span.add_fixed32(span_field::kFlags, record.remote_parent ? kRemoteSpanFlags : kSpanFlags);
  pbf_writer(items).add_message(scope_items::kItem, scratch_);
}

void ProtobufEncoder::log(std::string& items, const LogRecord& record) {
  scratch_.clear();
  pbf_writer log(scratch_);
  log.add_fixed64(log_field::kTime, static_cast<std::uint64_t>(record.time_ns));
  log.add_fixed64(log_field::kObservedTime, static_cast<std::uint64_t>(record.time_ns));
  log.add_enum(log_field::kSeverityNumber, record.severity.number);
  add_text(log, log_field::kSeverityText, record.severity.text);
  {
    pbf_writer body(log, log_field::kBody);
    add_text(body, any_value::kString, record.body);
  }
  add(log, log_field::kAttributes, record.attributes);
  if (record.span_id != 0) {
    add_id<2>(log, log_field::kTraceId, {record.trace_id.high, record.trace_id.low});
    add_id<1>(log, log_field::kSpanId, {record.span_id});
  }
  pbf_writer(items).add_message(scope_items::kItem, scratch_);
}

// Traces and logs have the same numbers on the way down to their items.
std::string ProtobufEncoder::request(Signal, std::span<const Group> groups) const {
  std::size_t bytes = 0;
  for (const Group& group : groups) bytes += bytes_of(group);
  std::string message;
  message.reserve(bytes);
  pbf_writer request(message);
  for (const Group& group : groups) {
    pbf_writer resource(request, request_field::kResourceItems);
    resource.add_message(resource_items::kResource, *group.resource);
    for (const auto& [name, of_scope] :
         {std::pair(kScopeName, std::string_view(group.items)), {kProgramScopeName, group.program_items}}) {
      if (of_scope.empty()) continue;
      pbf_writer items(resource, resource_items::kScopeItems);
      {
        pbf_writer scope(items, scope_items::kScope);
        scope.add_string(scope::kName, name.data(), name.size());
        scope.add_string(scope::kVersion, GLIMPSE_VERSION);
      }
      message += of_scope;
    }
  }
  return message;
}

}  // namespace glimpse::writers::otlp
