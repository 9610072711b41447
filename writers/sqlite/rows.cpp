#include "writers/sqlite/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "writers/field_set.h"
#include "writers/hex_text.h"
#include "writers/line_buffer.h"
#include "writers/record_text.h"
#include "writers/sqlite/schema.h"
#include "writers/trace_ids.h"
#include "writers/valid_text.h"

namespace glimpse::writers::sqlite {
namespace {

std::int64_t bits_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }

}  // namespace

int Rows::prepare(const Connection& connection) {
  connection_ = &connection;
  std::fill(std::begin(recent_roots_), std::end(recent_roots_), 0);
  recent_span_traces_.clear();
  for (const auto& [name, source] :
       {std::pair<const char*, RowSource*>{"batch_calls", &calls_}, {"batch_traces", &traces_}}) {
    if (const int code = add_row_source(connection.get(), name, *source); code != SQLITE_OK) return code;
  }
  const struct {
    Statement& statement;
    const char* sql;
  } statements[] = {
      {find_process_,
       "SELECT id, trace_seed FROM process_row WHERE session_id = ? AND pid = ? ORDER BY id DESC LIMIT 1"},
      {insert_process_,
       "INSERT INTO process_row (session_id, pid, entry_id, timestamp_ns, trace_seed, ppid, command, executable, cwd, "
       "host, glimpse_version, clock, policy, policy_name, policy_sha256, service, environment) "
       "VALUES (?, ?, ?, ?, ?, ?, json_extract(?, '$.command'), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
      {find_function_, "SELECT id FROM function_row WHERE name = ? AND module = ? AND file = ? AND line = ?"},
      {insert_function_, "INSERT INTO function_row (name, module, file, line) VALUES (?, ?, ?, ?)"},
      {insert_calls_, "INSERT OR IGNORE INTO call_row SELECT * FROM batch_calls"},
      {end_call_,
       "UPDATE call_row SET stage = ?2, duration_ns = ?3, end_entry_id = ?4, end_level = ?5, "
       "end_timestamp_ns = nullif(?6, timestamp_ns + ?3), result = ?7, slowness = ?8 WHERE id = ?1 AND stage = 0"},
      {insert_traces_, "INSERT OR IGNORE INTO trace_row SELECT * FROM batch_traces"},
      {insert_exception_, "INSERT INTO exception_row VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"},
      {add_total_,
       "INSERT INTO function_total VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, "
       "errors = errors + excluded.errors, total_ns = total_ns + excluded.total_ns, "
       "max_ns = max(max_ns, excluded.max_ns)"},
      {insert_thread_, "INSERT INTO thread_row VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"},
      {insert_notice_, "INSERT INTO notice_row VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"},
      {insert_span_,
       "INSERT INTO span_row VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"},
      {insert_log_,
       "INSERT INTO log_row VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"},
      {find_span_trace_,
       "SELECT root_id FROM trace_row WHERE trace_id = ?2 AND root_id BETWEEN -(?1 << 40 | 1099511627775) AND -(?1 << "
       "40)"},
      {last_span_trace_,
       "SELECT min(root_id) FROM trace_row WHERE root_id BETWEEN -(?1 << 40 | 1099511627775) AND -(?1 << 40)"},
      {insert_span_trace_, "INSERT INTO trace_row VALUES (?, ?)"},
      {insert_summary_, "INSERT INTO summary_row VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"},
  };
  for (const auto& [statement, sql] : statements) {
    if (const int code = statement.prepare(connection.get(), sql); code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

void Rows::close() {
  for (Statement* statement :
       {&find_process_, &insert_process_, &find_function_, &insert_function_, &insert_calls_, &end_call_,
        &insert_traces_, &insert_exception_, &add_total_, &insert_thread_, &insert_notice_, &insert_summary_,
        &insert_span_, &insert_log_, &find_span_trace_, &last_span_trace_, &insert_span_trace_}) {
    *statement = Statement();
  }
}

int Rows::put(Batch& batch, std::int64_t session) {
  totals_.clear();
  for (ProcessSlot& slot : batch.processes()) {
    if (slot.row != 0 || !slot.has_record) continue;
    if (const int code = put_process(slot, session); code != SQLITE_OK) return code;
  }
  if (const int code = put_calls(batch, session); code != SQLITE_OK) return code;
  if (const int code = put_totals(batch); code != SQLITE_OK) return code;
  if (const int code = put_spans(batch, session); code != SQLITE_OK) return code;
  if (const int code = put_logs(batch, session); code != SQLITE_OK) return code;
  return put_rare(batch, session);
}

int Rows::put_process(ProcessSlot& slot, std::int64_t session) {
  insert_process_.bind(1, session);
  insert_process_.bind(2, slot.pid);
  const Process& record = slot.record;
  LineBuffer line(1024);
  std::string texts[10];
  if (slot.has_record) {
    append_line(line, FieldSet(), record);
    insert_process_.bind(3, record.entry_id);
    insert_process_.bind(4, record.timestamp_ns);
    insert_process_.bind(5, bits_of(record.trace_seed));
    insert_process_.bind(6, record.ppid);
    insert_process_.bind(7, line.text());
    const std::string* const from[] = {
        &record.executable, &record.cwd,         &record.host,          &record.glimpse_version, &record.clock,
        &record.policy,     &record.policy_name, &record.policy_sha256, &record.service,         &record.environment};
    for (int i = 0; i < 10; ++i) {
      texts[i] = valid_copy(*from[i]);
      // Absent when empty are those from the policy's name on, as in JSON lines.
      i < 6 ? insert_process_.bind(8 + i, texts[i]) : insert_process_.bind_if_any(8 + i, texts[i]);
    }
  } else {
    for (int i = 3; i <= 17; ++i) insert_process_.bind_null(i);
    insert_process_.bind(5, 0);
  }
  const int code = insert_process_.run();
  if (code != SQLITE_OK) return code;
  slot.row = sqlite3_last_insert_rowid(connection_->get());
  if (static_cast<std::uint64_t>(slot.row) >= kMaxProcesses) return SQLITE_TOOBIG;
  return SQLITE_OK;
}

// A process whose record came in an earlier batch, maybe in an earlier life of this destination; or never.
int Rows::find_process(ProcessSlot& slot, std::int64_t session) {
  find_process_.bind(1, session);
  find_process_.bind(2, slot.pid);
  const int code = find_process_.step();
  if (code == SQLITE_ROW) {
    slot.row = find_process_.integer(0);
    slot.trace_seed = static_cast<std::uint64_t>(find_process_.integer(1));
  }
  find_process_.reset();
  if (code == SQLITE_ROW) return SQLITE_OK;
  return code == SQLITE_DONE ? put_process(slot, session) : code;
}

int Rows::put_function(FunctionSlot& slot) {
  const std::string texts[] = {valid_copy(slot.name), valid_copy(slot.module), valid_copy(slot.file)};
  for (Statement* statement : {&find_function_, &insert_function_}) {
    for (int i = 0; i < 3; ++i) statement->bind(i + 1, texts[i]);
    statement->bind(4, slot.line);
  }
  const int found = find_function_.step();
  if (found == SQLITE_ROW) slot.row = find_function_.integer(0);
  find_function_.reset();
  if (found != SQLITE_DONE) return found == SQLITE_ROW ? SQLITE_OK : found;
  const int code = insert_function_.run();
  if (code == SQLITE_OK) slot.row = sqlite3_last_insert_rowid(connection_->get());
  return code;
}

// Ends of calls that have a row already go one by one, all the others at once.
int Rows::put_calls(Batch& batch, std::int64_t session) {
  calls_.begin(batch);
  traces_.begin();
  for (const CallRow& row : batch.calls()) {
    if (row.call_id > kMaxCallId || row.root_call_id > kMaxCallId) {
      ++refused_;
      continue;
    }
    ProcessSlot& process = batch.processes()[row.process];
    FunctionSlot& function = batch.functions()[row.function];
    int code = SQLITE_OK;
    if (process.row == 0 && (code = find_process(process, session)) != SQLITE_OK) return code;
    if (function.row == 0 && (code = put_function(function)) != SQLITE_OK) return code;
    if (row.has_end() && (code = count(batch, row, process)) != SQLITE_OK) return code;
    bool done = false;
    if (!row.has_begin() && (code = end_call(batch, row, call_key(process.row, row.call_id), done)) != SQLITE_OK) {
      return code;
    }
    if (done) continue;
    std::int64_t span_trace = 0;
    if (row.context != 0) {
      code = find_span_trace(process.row, hex_text(batch.context(row.context).trace), span_trace);
      if (code != SQLITE_OK) return code;
    }
    calls_.add(row, span_trace);
    if (span_trace != 0) continue;
    if (process.trace_seed != 0 && row.root_call_id != 0) add_trace(row, process);
  }
  int code = insert_calls_.run();
  if (code != SQLITE_OK) return code;
  refused_ += calls_.rows() - static_cast<std::uint64_t>(sqlite3_changes64(connection_->get()));
  return insert_traces_.run();
}

int Rows::count(const Batch& batch, const CallRow& row, const ProcessSlot& process) {
  Total& total = totals_[std::uint64_t{row.process} << 32 | row.function];
  ++total.calls;
  total.total_ns += row.duration_ns;
  total.max_ns = std::max(total.max_ns, row.duration_ns);
  if (row.exception == 0) return SQLITE_OK;
  ++total.errors;
  return put_exception(batch, row, call_key(process.row, row.call_id));
}

// `done` where the call lies in the database, and was open.
int Rows::end_call(const Batch& batch, const CallRow& row, std::int64_t key, bool& done) {
  end_call_.bind(1, key);
  end_call_.bind(2, static_cast<int>(row.stage));
  end_call_.bind(3, row.duration_ns);
  end_call_.bind(4, row.end_entry_id);
  end_call_.bind(5, static_cast<int>(row.end_level));
  end_call_.bind(6, row.end_ns);
  row.result != 0 ? end_call_.bind(7, batch.text(row.result)) : end_call_.bind_null(7);
  end_call_.bind(8, slowness(row.duration_ns));
  const int code = end_call_.run();
  done = sqlite3_changes64(connection_->get()) > 0;
  return code;
}

void Rows::add_trace(const CallRow& row, const ProcessSlot& process) {
  const std::int64_t root = call_key(process.row, row.root_call_id);
  std::int64_t& recent = recent_roots_[static_cast<std::uint64_t>(root) % kRecentRoots];
  if (recent == root) return;
  recent = root;
  const TraceId id = trace_id(process.trace_seed, process.pid, row.root_call_id);
  traces_.add(root, fmt::format("{:016x}{:016x}", id.high, id.low));
}

// The key of a trace that spans of a process are in, which may be new.
int Rows::find_span_trace(std::int64_t process, const std::string& trace_id, std::int64_t& key) {
  if (recent_span_traces_.size() >= kRecentSpanTraces) recent_span_traces_.clear();
  std::int64_t& known = recent_span_traces_[trace_id + std::to_string(process)];
  if (known == 0) {
    find_span_trace_.bind(1, process);
    find_span_trace_.bind(2, std::string_view(trace_id));
    int code = find_span_trace_.step();
    if (code == SQLITE_ROW) known = find_span_trace_.integer(0);
    find_span_trace_.reset();
    if (code == SQLITE_DONE) {
      last_span_trace_.bind(1, process);
      code = last_span_trace_.step();
      const std::int64_t last = last_span_trace_.integer(0);  // 0 for NULL
      last_span_trace_.reset();
      known = last < 0 ? last - 1 : span_trace_key(process, 1);
      insert_span_trace_.bind(1, known);
      insert_span_trace_.bind(2, std::string_view(trace_id));
      if (code == SQLITE_ROW) code = insert_span_trace_.run();
    } else if (code == SQLITE_ROW) {
      code = SQLITE_OK;
    }
    if (code != SQLITE_OK) return code;
  }
  key = known;
  return SQLITE_OK;
}

int Rows::put_exception(const Batch& batch, const CallRow& row, std::int64_t key) {
  const ExceptionTexts& texts = batch.exception(row.exception);
  insert_exception_.bind(1, key);
  insert_exception_.bind(2, batch.functions()[row.function].row);
  insert_exception_.bind_if_any(3, texts.type);
  texts.has_what ? insert_exception_.bind(4, texts.what) : insert_exception_.bind_null(4);
  insert_exception_.bind_if_any(5, texts.stack_trace);
  insert_exception_.bind_if_any(6, texts.fingerprint);
  return insert_exception_.run();
}

int Rows::put_totals(const Batch& batch) {
  for (const auto& [key, total] : totals_) {
    add_total_.bind(1, batch.processes()[key >> 32].row);
    add_total_.bind(2, batch.functions()[key & 0xffff'ffff].row);
    add_total_.bind(3, total.calls);
    add_total_.bind(4, total.errors);
    add_total_.bind(5, total.total_ns);
    add_total_.bind(6, total.max_ns);
    if (const int code = add_total_.run(); code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

int Rows::put_spans(Batch& batch, std::int64_t session) {
  for (const SpanRow& row : batch.spans()) {
    if (row.entry_id > kMaxCallId) {
      ++refused_;
      continue;
    }
    ProcessSlot& process = batch.processes()[row.process];
    int code = SQLITE_OK;
    if (process.row == 0 && (code = find_process(process, session)) != SQLITE_OK) return code;
    const std::string trace_id = hex_text(row.trace);
    std::int64_t trace = 0;
    if ((code = find_span_trace(process.row, trace_id, trace)) != SQLITE_OK) return code;
    insert_span_.bind(1, call_key(process.row, row.entry_id));
    insert_span_.bind(2, std::string_view(trace_id));
    insert_span_.bind(3, std::string_view(row.span_id));
    insert_span_.bind_if_any(4, row.parent_span_id);
    insert_span_.bind(5, row.remote_parent ? 1 : 0);
    row.parent_call_id != 0 ? insert_span_.bind(6, row.parent_call_id) : insert_span_.bind_null(6);
    insert_span_.bind(7, std::string_view(row.name));
    insert_span_.bind(8, row.kind);
    insert_span_.bind_if_any(9, row.status);
    insert_span_.bind_if_any(10, row.status_message);
    insert_span_.bind(11, row.timestamp_ns);
    insert_span_.bind(12, row.tid);
    insert_span_.bind(13, row.duration_ns);
    insert_span_.bind(14, row.open ? 1 : 0);
    insert_span_.bind_if_any(15, row.attributes);
    insert_span_.bind_if_any(16, row.events);
    insert_span_.bind_if_any(17, row.links);
    insert_span_.bind_if_any(18, row.tracestate);
    if ((code = insert_span_.run()) != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

int Rows::put_logs(Batch& batch, std::int64_t session) {
  for (const LogRow& row : batch.logs()) {
    if (row.entry_id > kMaxCallId) {
      ++refused_;
      continue;
    }
    ProcessSlot& process = batch.processes()[row.process];
    int code = SQLITE_OK;
    if (process.row == 0 && (code = find_process(process, session)) != SQLITE_OK) return code;
    insert_log_.bind(1, call_key(process.row, row.entry_id));
    insert_log_.bind(2, row.level);
    insert_log_.bind_if_any(3, row.trace_id);
    insert_log_.bind_if_any(4, row.span_id);
    row.call_id != 0 ? insert_log_.bind(5, row.call_id) : insert_log_.bind_null(5);
    insert_log_.bind(6, row.timestamp_ns);
    insert_log_.bind(7, row.tid);
    insert_log_.bind_if_any(8, row.title);
    insert_log_.bind(9, std::string_view(row.message));
    insert_log_.bind_if_any(10, row.tags);
    row.ttl_seconds >= 0 ? insert_log_.bind(11, row.ttl_seconds) : insert_log_.bind_null(11);
    insert_log_.bind_if_any(12, row.file);
    row.line != 0 ? insert_log_.bind(13, row.line) : insert_log_.bind_null(13);
    insert_log_.bind_if_any(14, row.attributes);
    insert_log_.bind_if_any(15, row.type);
    row.has_what ? insert_log_.bind(16, std::string_view(row.what)) : insert_log_.bind_null(16);
    insert_log_.bind_if_any(17, row.stack_trace);
    insert_log_.bind_if_any(18, row.fingerprint);
    if ((code = insert_log_.run()) != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

int Rows::put_rare(Batch& batch, std::int64_t session) {
  int code = SQLITE_OK;
  const auto begin = [&](Statement& statement, std::uint32_t slot, std::uint64_t entry_id, std::int64_t timestamp_ns) {
    ProcessSlot& process = batch.processes()[slot];
    if (process.row == 0 && (code = find_process(process, session)) != SQLITE_OK) return false;
    statement.bind(1, process.row);
    statement.bind(2, entry_id);
    statement.bind(3, timestamp_ns);
    return true;
  };
  for (const ThreadRow& row : batch.threads()) {
    if (!begin(insert_thread_, row.process, row.entry_id, row.timestamp_ns)) return code;
    insert_thread_.bind(4, row.tid);
    insert_thread_.bind(5, row.name);
    if ((code = insert_thread_.run()) != SQLITE_OK) return code;
  }
  for (const NoticeRow& row : batch.notices()) {
    if (!begin(insert_notice_, row.process, row.entry_id, row.timestamp_ns)) return code;
    row.tid != 0 ? insert_notice_.bind(4, row.tid) : insert_notice_.bind_null(4);
    insert_notice_.bind(5, row.reason);
    insert_notice_.bind(6, row.message);
    row.dropped != 0 ? insert_notice_.bind(7, row.dropped) : insert_notice_.bind_null(7);
    if ((code = insert_notice_.run()) != SQLITE_OK) return code;
  }
  for (const SummaryRow& row : batch.summaries()) {
    const Summary& record = row.record;
    if (!begin(insert_summary_, row.process, record.entry_id, record.timestamp_ns)) return code;
    insert_summary_.bind(4, record.calls);
    insert_summary_.bind(5, record.records);
    insert_summary_.bind(6, record.threads);
    insert_summary_.bind(7, record.open_calls);
    record.exit_status >= 0 ? insert_summary_.bind(8, record.exit_status) : insert_summary_.bind_null(8);
    record.signal > 0 ? insert_summary_.bind(9, record.signal) : insert_summary_.bind_null(9);
    const std::string name = record.signal > 0 ? signal_name(record.signal) : "";
    insert_summary_.bind_if_any(10, name);
    insert_summary_.bind(11, row.detail);
    if ((code = insert_summary_.run()) != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

}  // namespace glimpse::writers::sqlite
