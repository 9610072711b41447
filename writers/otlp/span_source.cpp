#include "writers/otlp/span_source.h"

#include "writers/otlp/field_attributes.h"
#include "writers/otlp/resource.h"

namespace glimpse::writers::otlp {
namespace {

// Servers want a name.
constexpr std::string_view kUnnamed = "(no name)";

}  // namespace

void SpanSource::introduce(KnownProcess& known, const Process& record) {
  known.seed = record.trace_seed;
  known.resource = std::make_shared<const std::string>(encoder_.resource(otlp::resource_of(record, settings_)));
}

SpanSource::KnownProcess& SpanSource::process_of(std::uint32_t pid) {
  if (last_process_.second != nullptr && last_process_.first == pid) return *last_process_.second;
  const auto [at, is_new] = processes_.try_emplace(pid);
  if (is_new) {
    Process stranger;
    stranger.pid = pid;
    introduce(at->second, stranger);
  }
  last_process_ = {pid, &at->second};
  return at->second;
}

// A process that becomes another program by exec introduces itself again.
void SpanSource::add(const Process& record) { introduce(processes_[record.pid], record); }

void SpanSource::add(const Thread& record) {
  KnownProcess& process = process_of(record.pid);
  process.threads[record.tid] = encoder_.thread_part(record.tid, record.name);
  process.thread_names[record.tid] = record.name;
}

void SpanSource::remove(const Summary& record) {
  processes_.erase(record.pid);
  last_process_ = {0, nullptr};
}

const std::string& SpanSource::function_part(const Function& function) {
  if (function.index >= functions_.size()) functions_.resize(function.index + 1);
  KnownFunction& known = functions_[function.index];
  // Another recording's function may have the same number, and even lie at the same place.
  if (known.function != &function || known.name != function.name) {
    known = {&function, function.name, encoder_.function_part(function)};
  }
  return known.part;
}

const std::string& SpanSource::thread_part(KnownProcess& process, std::uint32_t tid) {
  std::string& part = process.threads[tid];
  if (part.empty()) part = encoder_.thread_part(tid, {});
  return part;
}

Span SpanSource::finished(const Call& record) {
  KnownProcess& process = process_of(record.pid);
  last_ = process.open.ended(record);
  const bool one_record = record.stage == Stage::kCall;
  const auto duration_ns = static_cast<std::int64_t>(record.duration_ns);
  Span span;
  const std::uint64_t seed = record.trace_seed != 0 ? record.trace_seed : process.seed;
  span.trace_id = record.trace ? record.trace : trace_id(seed, record.pid, last_.root);
  span.span_id = span_id(seed, record.pid, record.call_id);
  const bool below_call = !record.trace || (record.parent_call_id != 0 && record.parent_call_is_nearest);
  span.parent_span_id = below_call ? span_id(seed, record.pid, record.parent_call_id) : record.active_span_id;
  span.begin_ns = one_record ? record.timestamp_ns : record.timestamp_ns - duration_ns;
  span.end_ns = span.begin_ns + duration_ns;
  span.function_part = function_part(*record.function);
  span.thread_part = thread_part(process, record.tid);
  span.call_id = record.call_id;
  span.arguments = one_record ? record.captured : last_.arguments;
  span.result = one_record ? record.result : record.captured;
  span.failed = record.stage == Stage::kException || (one_record && record.failed);
  if (span.failed) span.exception = record.exception;
  return span;
}

// What the program has set wins.
void SpanSource::add_thread(Attributes& attributes, std::uint32_t pid, std::uint32_t tid) {
  add_if_new(attributes, "thread.id", std::int64_t{tid});
  const auto& names = process_of(pid).thread_names;
  const auto name = names.find(tid);
  if (name != names.end() && !name->second.empty()) add_if_new(attributes, "thread.name", name->second);
}

std::optional<ProgramSpan> SpanSource::program_span(const writers::Span& record) {
  if (!record.trace || record.span_id == 0) return std::nullopt;
  const std::uint64_t seed = record.trace_seed != 0 ? record.trace_seed : process_of(record.pid).seed;
  ProgramSpan span;
  span.trace_id = record.trace;
  span.span_id = record.span_id;
  // A call that a new trace begins in is in another one, and so no parent.
  const bool below_call = record.parent_span_id != 0 && record.parent_call_id != 0 && record.parent_call_is_nearest;
  span.parent_span_id = below_call ? span_id(seed, record.pid, record.parent_call_id) : record.parent_span_id;
  if (span.parent_span_id == span.span_id) span.parent_span_id = 0;
  span.remote_parent = record.remote_parent && !below_call;
  span.begin_ns = record.timestamp_ns;
  span.end_ns = record.timestamp_ns + static_cast<std::int64_t>(record.duration_ns);
  span.name = record.name.empty() ? kUnnamed : record.name;
  span.kind = static_cast<std::int32_t>(record.kind);
  span.status = static_cast<std::int32_t>(record.status);
  if (record.status == SpanStatus::kError) span.status_message = record.status_message;
  span.tracestate = record.tracestate;
  span.attributes = attributes_of(record.attributes);
  add_thread(span.attributes, record.pid, record.tid);
  if (record.open) add_if_new(span.attributes, "glimpse.open", true);
  for (const SpanEvent& event : record.events) {
    ProgramEvent& told = span.events.emplace_back();
    told.time_ns = event.timestamp_ns;
    told.name = event.name.empty() ? kUnnamed : event.name;
    told.attributes = attributes_of(event.fields);
    if (told.name == kExceptionEvent && !has(told.attributes, "exception.message")) {
      add_if_new(told.attributes, "exception.type", std::string("_OTHER"));
    }
  }
  for (const SpanLink& link : record.links) {
    if (link.trace && link.span_id != 0) {
      span.links.push_back({link.trace, link.span_id, attributes_of(link.fields)});
    }
  }
  return span;
}

LogRecord SpanSource::log_of(const Log& record) {
  LogRecord log;
  log.time_ns = record.timestamp_ns;
  log.severity = severity_of(record.level);
  log.body = record.message;
  if (record.trace) {
    log.trace_id = record.trace;
    log.span_id = record.span_id;
  }
  log.attributes = attributes_of(record.fields);
  const auto add_text = [&log](const char* key, std::string_view text) {
    if (!text.empty()) add_if_new(log.attributes, key, std::string(text));
  };
  add_text("glimpse.title", record.title);
  if (!record.tags.empty()) {
    add_if_new(log.attributes, "glimpse.tags", std::vector<std::string>(record.tags.begin(), record.tags.end()));
  }
  if (record.ttl_seconds >= 0) add_if_new(log.attributes, "glimpse.ttl_seconds", record.ttl_seconds);
  if (record.call_id != 0) add_if_new(log.attributes, "glimpse.call_id", static_cast<std::int64_t>(record.call_id));
  add_text("code.file.path", record.file);
  if (record.line != 0) add_if_new(log.attributes, "code.line.number", std::int64_t{record.line});
  if (record.exception != nullptr) {
    add_text("exception.type", record.exception->type);
    if (record.exception->has_what) {
      add_if_new(log.attributes, "exception.message", std::string(record.exception->what));
    }
    add_text("exception.stacktrace", stack_trace_of(record));
    add_text("glimpse.fingerprint", record.exception->fingerprint);
  } else {
    add_text("code.stacktrace", record.stack_trace);
  }
  add_thread(log.attributes, record.pid, record.tid);
  return log;
}

LogRecord SpanSource::log_of(const Notice& record) const {
  LogRecord log;
  log.time_ns = record.timestamp_ns;
  log.severity = kWarn;
  log.body = record.message;
  log.attributes.push_back({"glimpse.reason", std::string(record.reason)});
  if (record.dropped != 0) log.attributes.push_back({"glimpse.dropped", static_cast<std::int64_t>(record.dropped)});
  if (record.tid != 0) log.attributes.push_back({"thread.id", std::int64_t{record.tid}});
  return log;
}

}  // namespace glimpse::writers::otlp
