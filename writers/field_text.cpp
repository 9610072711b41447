#include "writers/field_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "writers/hex_text.h"
#include "writers/json_text.h"
#include "writers/number_text.h"
#include "writers/timestamp.h"

namespace glimpse::writers {
namespace {

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

void append_unsigned(std::string& out, std::uint64_t value) {
  char text[32];
  out.append(text, write_integer(text, value));
}

void append_signed(std::string& out, std::int64_t value) {
  if (value >= 0) return append_unsigned(out, static_cast<std::uint64_t>(value));
  const bool exact = value >= -static_cast<std::int64_t>(kMaxJsonInteger);
  if (!exact) out += '"';
  out += std::to_string(value);
  if (!exact) out += '"';
}

void append_real(std::string& out, double value) {
  if (const std::string_view word = word_for(value); !word.empty()) return append_quoted(out, word);
  fmt::format_to(std::back_inserter(out), "{}", value);
}

void append_value(std::string& out, const Field& field) {
  switch (field.type) {
    case Field::Type::kText:
      return append_quoted(out, field.text);
    case Field::Type::kSigned:
      return append_signed(out, field.signed_number);
    case Field::Type::kUnsigned:
      return append_unsigned(out, field.unsigned_number);
    case Field::Type::kDouble:
      return append_real(out, field.real);
    case Field::Type::kBool:
      out += field.unsigned_number != 0 ? "true" : "false";
      return;
  }
}

void append_attributes(std::string& out, const std::vector<Field>& fields) {
  if (fields.empty()) return;
  out += ",\"attributes\":";
  append_fields(out, fields);
}

// `each(one)` appends one element.
template <typename List, typename Each>
void append_array(std::string& out, const List& list, Each each) {
  out += '[';
  for (const auto& one : list) {
    if (&one != &list.front()) out += ',';
    each(one);
  }
  out += ']';
}

}  // namespace

std::vector<const Field*> effective_fields(const std::vector<Field>& fields) {
  std::vector<const Field*> found;
  std::unordered_set<std::string_view> seen;
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    if (seen.insert(field->key).second) found.push_back(&*field);
  }
  std::reverse(found.begin(), found.end());
  return found;
}

std::string_view word_for(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return {};
}

void append_fields(std::string& out, const std::vector<Field>& fields) {
  out += '{';
  for (const Field* const field : effective_fields(fields)) {
    if (out.back() != '{') out += ',';
    append_quoted(out, field->key);
    out += ':';
    append_value(out, *field);
  }
  out += '}';
}

void append_events(std::string& out, const std::vector<SpanEvent>& events) {
  TimestampText timestamp;
  append_array(out, events, [&](const SpanEvent& event) {
    char time[32];
    timestamp.write(time, event.timestamp_ns);
    out += "{\"name\":";
    append_quoted(out, event.name);
    out += ",\"timestamp\":\"";
    out.append(time, TimestampText::kSize);
    out += '"';
    append_attributes(out, event.fields);
    out += '}';
  });
}

void append_links(std::string& out, const std::vector<SpanLink>& links) {
  append_array(out, links, [&](const SpanLink& link) {
    char digits[kTraceIdDigits];
    out += "{\"trace_id\":\"";
    out.append(digits, write_hex(digits, link.trace));
    out += "\",\"span_id\":\"";
    out.append(digits, write_hex(digits, link.span_id));
    out += '"';
    append_attributes(out, link.fields);
    out += '}';
  });
}

void append_texts(std::string& out, const std::vector<std::string_view>& texts) {
  append_array(out, texts, [&](std::string_view text) { append_quoted(out, text); });
}

std::string_view kind_name(SpanKind kind) {
  switch (kind) {
    case SpanKind::kInternal:
      return "internal";
    case SpanKind::kServer:
      return "server";
    case SpanKind::kClient:
      return "client";
    case SpanKind::kProducer:
      return "producer";
    case SpanKind::kConsumer:
      return "consumer";
  }
  return "internal";
}

std::string_view status_name(SpanStatus status) {
  switch (status) {
    case SpanStatus::kUnset:
      return "unset";
    case SpanStatus::kOk:
      return "ok";
    case SpanStatus::kError:
      return "error";
  }
  return "unset";
}

}  // namespace glimpse::writers
