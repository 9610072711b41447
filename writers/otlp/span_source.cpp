#include "writers/otlp/span_source.h"

#include "writers/otlp/resource.h"

namespace glimpse::writers::otlp {

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
  process_of(record.pid).threads[record.tid] = encoder_.thread_part(record.tid, record.name);
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
  span.trace_id = trace_id(seed, record.pid, last_.root);
  span.span_id = span_id(seed, record.pid, record.call_id);
  span.parent_span_id = span_id(seed, record.pid, record.parent_call_id);
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
