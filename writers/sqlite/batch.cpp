#include "writers/sqlite/batch.h"

#include <utility>

#include "writers/field_set.h"
#include "writers/field_text.h"
#include "writers/hex_text.h"
#include "writers/level_text.h"
#include "writers/line_buffer.h"
#include "writers/record_text.h"
#include "writers/valid_text.h"

namespace glimpse::writers::sqlite {
// Number 0 of texts, exceptions and contexts is none.
Batch::Batch() : texts_(1), exceptions_(1), contexts_(1) {}

void Batch::add(const Call& record) {
  ++records_;
  const std::uint32_t process = process_slot(record.pid);
  if (record.stage == Stage::kStart || record.stage == Stage::kCall) {
    CallRow& row = calls_.emplace_back();
    row.call_id = record.call_id;
    row.parent_call_id = record.parent_call_id;
    row.root_call_id = record.root_call_id;
    row.entry_id = record.entry_id;
    row.timestamp_ns = record.timestamp_ns;
    row.process = process;
    row.function = function_slot(*record.function);
    row.tid = record.tid;
    row.depth = record.depth;
    row.level = row.end_level = record.level;
    if (!record.captured.empty()) row.args = keep(record.captured);
    if (record.trace) [[unlikely]]
      row.context = keep_context(record);
    if (record.stage == Stage::kStart) {
      open_.put(process, record.call_id, static_cast<std::uint32_t>(calls_.size() - 1));
      return;
    }
    row.stage = Stage::kCall;
    row.duration_ns = record.duration_ns;
    row.end_ns = record.timestamp_ns + static_cast<std::int64_t>(record.duration_ns);
    if (!record.result.empty()) row.result = keep(record.result);
    if (record.failed) row.exception = keep(record.exception);
    return;
  }
  bool is_new = false;
  CallRow& row = row_of(record, process, is_new);
  if (is_new) {
    row.call_id = record.call_id;
    row.parent_call_id = record.parent_call_id;
    row.root_call_id = record.root_call_id;
    row.timestamp_ns = record.timestamp_ns - static_cast<std::int64_t>(record.duration_ns);
    row.process = process;
    row.function = function_slot(*record.function);
    row.tid = record.tid;
    row.depth = record.depth;
    row.level = record.level;
    if (record.trace) [[unlikely]]
      row.context = keep_context(record);
  }
  row.stage = record.stage;
  row.end_entry_id = record.entry_id;
  row.end_level = record.level;
  row.end_ns = record.timestamp_ns;
  row.duration_ns = record.duration_ns;
  if (record.stage == Stage::kException) {
    row.exception = keep(record.exception);
  } else if (!record.captured.empty()) {
    row.result = keep(record.captured);
  }
}

// The row that waits for this end, or one for an end alone.
CallRow& Batch::row_of(const Call& record, std::uint32_t process, bool& is_new) {
  const std::uint32_t found = open_.find(process, record.call_id);
  is_new = found == Pairs::kNone || calls_[found].has_end();
  return is_new ? calls_.emplace_back() : calls_[found];
}

void Batch::add(const Process& record) {
  ++records_;
  last_process_ = static_cast<std::uint32_t>(processes_.size());
  last_pid_ = record.pid;
  process_of_pid_[record.pid] = last_process_;
  processes_.push_back({.pid = record.pid, .trace_seed = record.trace_seed, .has_record = true, .record = record});
}

void Batch::add(const Thread& record) {
  ++records_;
  threads_.push_back(
      {process_slot(record.pid), record.tid, record.entry_id, record.timestamp_ns, valid_copy(record.name)});
}

void Batch::add(const Span& record) {
  ++records_;
  SpanRow& row = spans_.emplace_back();
  row.process = process_slot(record.pid);
  row.tid = record.tid;
  row.entry_id = record.entry_id;
  row.parent_call_id = record.parent_call_id;
  row.timestamp_ns = record.timestamp_ns;
  row.duration_ns = record.duration_ns;
  row.trace = record.trace;
  row.remote_parent = record.remote_parent;
  row.open = record.open;
  row.span_id = hex_text(record.span_id);
  if (record.parent_span_id != 0) row.parent_span_id = hex_text(record.parent_span_id);
  row.name = valid_copy(record.name);
  row.kind = kind_name(record.kind);
  if (record.status != SpanStatus::kUnset) row.status = status_name(record.status);
  row.status_message = valid_copy(record.status_message);
  if (!record.attributes.empty()) append_fields(row.attributes, record.attributes);
  if (!record.events.empty()) append_events(row.events, record.events);
  if (!record.links.empty()) append_links(row.links, record.links);
  row.tracestate = valid_copy(record.tracestate);
  text_bytes_ += row.name.size() + row.status_message.size() + row.attributes.size() + row.events.size() +
                 row.links.size() + row.tracestate.size();
}

void Batch::add(const Log& record) {
  ++records_;
  LogRow& row = logs_.emplace_back();
  row.process = process_slot(record.pid);
  row.tid = record.tid;
  row.line = record.line;
  row.entry_id = record.entry_id;
  row.call_id = record.call_id;
  row.timestamp_ns = record.timestamp_ns;
  row.ttl_seconds = record.ttl_seconds;
  row.level = level_name(record.level);
  if (record.trace) {
    row.trace_id = hex_text(record.trace);
    row.span_id = hex_text(record.span_id);
  }
  row.title = valid_copy(record.title);
  row.message = valid_copy(record.message);
  if (!record.tags.empty()) append_texts(row.tags, record.tags);
  row.file = valid_copy(record.file);
  if (!record.fields.empty()) append_fields(row.attributes, record.fields);
  row.stack_trace = valid_copy(stack_trace_of(record));
  if (record.exception != nullptr) {
    row.type = valid_copy(record.exception->type);
    row.has_what = record.exception->has_what;
    row.what = valid_copy(record.exception->what);
    row.fingerprint = valid_copy(record.exception->fingerprint);
  }
  text_bytes_ += row.title.size() + row.message.size() + row.tags.size() + row.attributes.size() + row.what.size() +
                 row.stack_trace.size();
}

void Batch::add(const Notice& record) {
  ++records_;
  notices_.push_back({process_slot(record.pid), record.tid, record.entry_id, record.timestamp_ns, record.dropped,
                      valid_copy(record.reason), valid_copy(record.message)});
  text_bytes_ += record.message.size();
}

void Batch::add(const Summary& record) {
  ++records_;
  SummaryRow row{.process = process_slot(record.pid)};
  // The names of open calls live as long as the giver of the records, and so no longer than this call.
  LineBuffer detail(1024);
  append_line(detail, FieldSet(), record);
  row.detail = std::string(detail.text().substr(0, detail.size() - 1));  // without the end of the line
  row.record = record;
  row.record.open.clear();
  text_bytes_ += row.detail.size();
  summaries_.push_back(std::move(row));
}

void Batch::clear_records() {
  calls_.clear();
  open_.clear();
  texts_.resize(1);
  exceptions_.resize(1);
  contexts_.resize(1);
  spans_.clear();
  logs_.clear();
  threads_.clear();
  notices_.clear();
  summaries_.clear();
  records_ = 0;
  text_bytes_ = 0;
}

void Batch::forget_rows() {
  for (FunctionSlot& slot : functions_) slot.row = 0;
  for (ProcessSlot& slot : processes_) slot.row = 0;
}

void Batch::clear() {
  clear_records();
  functions_.clear();
  known_functions_.clear();
  processes_.clear();
  process_of_pid_.clear();
  last_process_ = ~std::uint32_t{0};
}

std::uint32_t Batch::function_slot(const Function& function) {
  if (function.index < known_functions_.size()) [[likely]] {
    const Known& known = known_functions_[function.index];
    // Not the index alone: records that are given again may come with functions that were read again.
    if (known.function == &function && functions_[known.slot].name == function.name) [[likely]]
      return known.slot;
  }
  return new_function_slot(function);
}

std::uint32_t Batch::new_function_slot(const Function& function) {
  if (function.index >= known_functions_.size()) known_functions_.resize(function.index * std::size_t{3} / 2 + 64);
  const auto slot = static_cast<std::uint32_t>(functions_.size());
  functions_.push_back({function.name, function.module, function.file, function.line});
  known_functions_[function.index] = {&function, slot};
  return slot;
}

std::uint32_t Batch::process_slot(std::uint32_t pid) {
  if (pid == last_pid_ && last_process_ < processes_.size()) [[likely]]
    return last_process_;
  last_pid_ = pid;
  const auto [found, is_new] = process_of_pid_.try_emplace(pid, static_cast<std::uint32_t>(processes_.size()));
  if (is_new) processes_.push_back({.pid = pid});
  return last_process_ = found->second;
}

std::uint32_t Batch::keep(std::string_view text) {
  texts_.push_back(valid_copy(text));
  text_bytes_ += text.size();
  return static_cast<std::uint32_t>(texts_.size() - 1);
}

// Calls that follow each other are mostly in the same span.
std::uint32_t Batch::keep_context(const Call& record) {
  const CallContext& last = contexts_.back();
  if (last.trace != record.trace || last.span_id != record.active_span_id || contexts_.size() == 1) {
    contexts_.push_back({record.trace, record.active_span_id});
  }
  return static_cast<std::uint32_t>(contexts_.size() - 1);
}

std::uint32_t Batch::keep(const Exception* exception) {
  ExceptionTexts& kept = exceptions_.emplace_back();
  if (exception != nullptr) {
    kept.type = valid_copy(exception->type);
    kept.what = valid_copy(exception->what);
    kept.stack_trace = valid_copy(exception->stack_trace);
    kept.fingerprint = valid_copy(exception->fingerprint);
    kept.has_what = exception->has_what;
    text_bytes_ += exception->type.size() + exception->what.size() + exception->stack_trace.size();
  }
  return static_cast<std::uint32_t>(exceptions_.size() - 1);
}

}  // namespace glimpse::writers::sqlite
