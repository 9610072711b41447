#include "writers/sqlite/call_source.h"

#include "writers/sqlite/schema.h"
#include "writers/sqlite/statement.h"
#include "writers/trace_ids.h"

namespace glimpse::writers::sqlite {
namespace {

// In the order of call_row.
enum Column {
  kId,
  kFunction,
  kTid,
  kDepth,
  kParent,
  kRoot,
  kSpan,
  kTimestamp,
  kEntry,
  kLevel,
  kStage,
  kDuration,
  kSlowness,
  kEndEntry,
  kEndLevel,
  kEndTimestamp,
  kArgs,
  kResult
};

}  // namespace

const char* CallSource::declaration() const {
  return "CREATE TABLE rows (id, function_id, tid, depth, parent_call_id, root_id, span_id, timestamp_ns, entry_id, "
         "level, stage, duration_ns, slowness, end_entry_id, end_level, end_timestamp_ns, args, result)";
}

void CallSource::column(std::size_t number, int column, sqlite3_context* context) const {
  const CallRow& row = *calls_[number].row;
  const std::int64_t span_trace = calls_[number].span_trace;
  const auto give = [context](std::int64_t value) { sqlite3_result_int64(context, value); };
  const auto give_if_any = [&](std::uint64_t value) { return value != 0 ? give(as_integer(value)) : void(); };
  const auto give_text = [&](std::uint32_t text_number) {
    if (text_number == 0) return;
    const std::string& text = batch_->text(text_number);
    sqlite3_result_text64(context, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  };
  switch (column) {
    case kId:
      return give(call_key(batch_->processes()[row.process].row, row.call_id));
    case kFunction:
      return give(batch_->functions()[row.function].row);
    case kTid:
      return give(row.tid);
    case kDepth:
      return give(row.depth);
    case kParent:
      return give_if_any(row.parent_call_id);
    case kRoot:
      if (span_trace != 0) return give(span_trace);
      if (row.root_call_id != 0) give(call_key(batch_->processes()[row.process].row, row.root_call_id));
      return;
    case kSpan: {
      if (row.context != 0) return give(static_cast<std::int64_t>(batch_->context(row.context).span_id));
      const ProcessSlot& process = batch_->processes()[row.process];
      if (process.trace_seed != 0) {
        give(static_cast<std::int64_t>(span_id(process.trace_seed, process.pid, row.call_id)));
      }
      return;
    }
    case kTimestamp:
      return give(row.timestamp_ns);
    case kEntry:
      return give_if_any(row.entry_id);
    case kLevel:
      return give(static_cast<int>(row.level));
    case kStage:
      return give(static_cast<int>(row.stage));
    case kDuration:
      if (row.has_end()) give(as_integer(row.duration_ns));
      return;
    case kSlowness:
      if (row.has_end()) give(slowness(row.duration_ns));
      return;
    case kEndEntry:
      return give_if_any(row.end_entry_id);
    case kEndLevel:
      if (row.has_end()) give(static_cast<int>(row.end_level));
      return;
    case kEndTimestamp:
      if (row.has_end() && row.timestamp_ns + as_integer(row.duration_ns) != row.end_ns) give(row.end_ns);
      return;
    case kArgs:
      return give_text(row.args);
    case kResult:
      return give_text(row.result);
    default:
      return;
  }
}

void TraceSource::column(std::size_t row, int column, sqlite3_context* context) const {
  const Trace& trace = traces_[row];
  if (column == 0) return sqlite3_result_int64(context, trace.root);
  sqlite3_result_text64(context, trace.trace_id.data(), trace.trace_id.size(), SQLITE_STATIC, SQLITE_UTF8);
}

}  // namespace glimpse::writers::sqlite
