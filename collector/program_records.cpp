#include "collector/program_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <string_view>
#include <utility>

#include "collector/exception_type.h"

namespace glimpse::collector {

namespace {

std::vector<writers::Field> fields_of(const std::vector<FieldState>& states) {
  std::vector<writers::Field> fields;
  fields.reserve(states.size());
  for (const FieldState& state : states) {
    writers::Field& field = fields.emplace_back();
    field.key = state.key;
    switch (static_cast<wire::FieldType>(state.type)) {
      case wire::FieldType::kSigned:
        field.type = writers::Field::Type::kSigned;
        field.signed_number = static_cast<std::int64_t>(state.word);
        break;
      case wire::FieldType::kUnsigned:
        field.type = writers::Field::Type::kUnsigned;
        field.unsigned_number = state.word;
        break;
      case wire::FieldType::kDouble:
        field.type = writers::Field::Type::kDouble;
        field.real = std::bit_cast<double>(state.word);
        break;
      case wire::FieldType::kBool:
        field.type = writers::Field::Type::kBool;
        field.unsigned_number = state.word != 0 ? 1 : 0;
        break;
      default:
        field.text = state.text;
    }
  }
  return fields;
}

// The last word on a key counts.
void set_fields(SpanState& span, std::vector<FieldState> fields) {
  for (FieldState& field : fields) {
    const auto found = std::ranges::find(span.attributes, field.key, &FieldState::key);
    if (found != span.attributes.end()) {
      *found = std::move(field);
    } else if (span.attributes.size() < kMostOfASpan) {
      span.attributes.push_back(std::move(field));
    } else {
      ++span.left_out;
    }
  }
}

template <typename T>
void add(SpanState& span, std::vector<T>& list, T one) {
  if (list.size() < kMostOfASpan) {
    list.push_back(std::move(one));
  } else {
    ++span.left_out;
  }
}

std::vector<std::string_view> split_tags(std::string_view tags) {
  std::vector<std::string_view> all;
  while (!tags.empty()) {
    const std::size_t end = tags.find(',');
    std::string_view tag = tags.substr(0, end);
    tags.remove_prefix(end == std::string_view::npos ? tags.size() : end + 1);
    while (tag.starts_with(' ')) tag.remove_prefix(1);
    while (tag.ends_with(' ')) tag.remove_suffix(1);
    if (!tag.empty()) all.push_back(tag);
  }
  return all;
}

}  // namespace

SpanState* ProgramRecords::find(std::uint64_t span_id) {
  const auto found = open_.find(span_id);
  if (found == open_.end()) {
    ++unmatched_;
    return nullptr;
  }
  changed_.insert(span_id);
  return &found->second;
}

void ProgramRecords::handle(const RingRecord& record, const Origin& origin) {
  PayloadReader payload(*record.payload);
  switch (record.type) {
    case wire::RecordType::kSpanStart:
      start(payload, origin);
      break;
    case wire::RecordType::kSpanFields: {
      const auto told = payload.structure<wire::SpanFieldsPayload>();
      if (SpanState* span = find(told.span_id)) set_fields(*span, payload.fields(told.count));
      break;
    }
    case wire::RecordType::kSpanEvent: {
      const auto told = payload.structure<wire::SpanEventPayload>();
      SpanState* span = find(told.span_id);
      if (span == nullptr) break;
      std::string name = payload.text(told.name_bytes);
      add(*span, span->events, {origin.time_ns, std::move(name), payload.fields(told.count)});
      break;
    }
    case wire::RecordType::kSpanLink: {
      const auto told = payload.structure<wire::SpanLinkPayload>();
      SpanState* span = find(told.span_id);
      if (span == nullptr) break;
      add(*span, span->links, {told.to.trace_high, told.to.trace_low, told.to.span_id, payload.fields(told.count)});
      break;
    }
    case wire::RecordType::kSpanStatus: {
      const auto told = payload.structure<wire::SpanStatusPayload>();
      SpanState* span = find(told.span_id);
      if (span == nullptr) break;
      span->status = static_cast<std::uint8_t>(std::min(told.status, 2u));
      span->status_message = payload.text(told.text_bytes);
      break;
    }
    case wire::RecordType::kSpanName: {
      const auto told = payload.structure<wire::SpanNamePayload>();
      if (SpanState* span = find(told.span_id)) span->name = payload.text(told.name_bytes);
      break;
    }
    case wire::RecordType::kSpanEnd: {
      const std::uint64_t span_id = payload.word();
      SpanState* span = find(span_id);
      if (span == nullptr) break;
      tell(*span, origin.time_ns, false);
      open_.erase(span_id);
      changed_.erase(span_id);
      gone_.push_back(span_id);
      break;
    }
    default:
      log(payload, origin);
  }
}

void ProgramRecords::start(PayloadReader payload, const Origin& origin) {
  const auto told = payload.structure<wire::SpanStartPayload>();
  if (told.span_id == 0) return;
  SpanState span;
  span.trace_high = told.trace_high;
  span.trace_low = told.trace_low;
  span.span_id = told.span_id;
  span.parent_span_id = told.parent_span_id;
  span.remote_parent = (told.flags & wire::kRemoteParent) != 0 ? 1 : 0;
  span.kind = static_cast<std::uint8_t>(std::clamp(told.kind, 1u, 5u));
  span.name = payload.text(told.name_bytes);
  span.tracestate = payload.text(told.tracestate_bytes);
  span.start_ns = origin.time_ns;
  span.pid = origin.pid;
  span.tid = origin.tid;
  span.parent_call_id = origin.call_id;
  const ActiveSpan parent{{told.trace_high, told.trace_low}, told.parent_span_id};
  span.parent_call_is_nearest = origin.call_id != 0 && told.parent_span_id != 0 && origin.call_active == parent ? 1 : 0;
  changed_.insert(told.span_id);
  open_.insert_or_assign(told.span_id, std::move(span));
}

void ProgramRecords::tell(const SpanState& span, std::int64_t end_ns, bool open) {
  writers::Span record;
  record.trace = {span.trace_high, span.trace_low};
  record.span_id = span.span_id;
  record.parent_span_id = span.parent_span_id;
  record.remote_parent = span.remote_parent != 0;
  record.parent_call_id = span.parent_call_id;
  record.parent_call_is_nearest = span.parent_call_is_nearest != 0;
  record.name = span.name;
  record.kind = static_cast<writers::SpanKind>(span.kind);
  record.status = static_cast<writers::SpanStatus>(span.status);
  record.status_message = span.status_message;
  record.tracestate = span.tracestate;
  record.timestamp_ns = span.start_ns;
  record.duration_ns = static_cast<std::uint64_t>(std::max<std::int64_t>(end_ns - span.start_ns, 0));
  record.open = open;
  record.pid = span.pid;
  record.tid = span.tid;
  record.attributes = fields_of(span.attributes);
  for (const SpanEventState& event : span.events)
    record.events.push_back({event.time_ns, event.name, fields_of(event.fields)});
  for (const SpanLinkState& link : span.links)
    record.links.push_back({{link.trace_high, link.trace_low}, link.span_id, fields_of(link.fields)});
  records_.span(record);
  if (span.left_out == 0) return;
  records_.notice(span.pid, span.tid, "spans",
                  fmt::format("the span \"{}\" has the first {} of its attributes, events and links; {} were left out",
                              span.name, kMostOfASpan, span.left_out),
                  0, end_ns);
}

void ProgramRecords::log(PayloadReader payload, const Origin& origin) {
  const auto told = payload.structure<wire::LogPayload>();
  const std::string message = payload.text(told.message_bytes);
  const std::string title = payload.text(told.title_bytes);
  const std::string tags = payload.text(told.tags_bytes);
  const std::string file = payload.text(told.file_bytes);
  const std::string type = exception_type(payload.text(told.exception_type_bytes));
  const std::string what = payload.text(told.exception_message_bytes);
  const std::vector<FieldState> fields = payload.fields(told.field_count);
  const std::vector<std::uint64_t> frames = payload.words(told.frame_count);
  writers::Log record;
  record.level = static_cast<writers::Level>(std::min<std::uint32_t>(told.level, 4));
  record.trace = origin.active.trace;
  record.span_id = origin.active.span_id;
  record.call_id = origin.call_id;
  record.timestamp_ns = origin.time_ns;
  record.pid = origin.pid;
  record.tid = origin.tid;
  record.title = title;
  record.message = message;
  record.file = file;
  record.line = told.line;
  record.tags = split_tags(tags);
  record.ttl_seconds = told.ttl_seconds;
  record.fields = fields_of(fields);
  writers::Exception exception{type, what, !what.empty(), {}, {}};
  StackText stack;
  if (!frames.empty()) stack = stacks_.text(frames, type, what);
  if (!type.empty() || !what.empty()) {
    exception.stack_trace = stack.trace;
    exception.fingerprint = stack.fingerprint;
    record.exception = &exception;
  } else {
    record.stack_trace = stack.trace;
  }
  records_.log(record);
}

void ProgramRecords::finish(std::int64_t time_ns) {
  std::vector<const SpanState*> spans;
  for (const auto& [id, span] : open_) spans.push_back(&span);
  std::ranges::sort(spans, {}, [](const SpanState* span) { return std::pair(span->start_ns, span->span_id); });
  for (const SpanState* span : spans) tell(*span, time_ns, true);
  for (const auto& [id, span] : open_) gone_.push_back(id);
  open_.clear();
  changed_.clear();
}

void ProgramRecords::save(bool whole, ProcessState& state) {
  if (whole) {
    for (const auto& [id, span] : open_) state.spans.push_back(span);
  } else {
    for (const std::uint64_t id : changed_) state.spans.push_back(open_.at(id));
    state.gone_spans = gone_;
  }
  state.unmatched_spans = unmatched_;
  changed_.clear();
  gone_.clear();
}

void ProgramRecords::restore(const ProcessState& state) {
  for (const SpanState& span : state.spans) open_[span.span_id] = span;
  unmatched_ = state.unmatched_spans;
}

}  // namespace glimpse::collector
