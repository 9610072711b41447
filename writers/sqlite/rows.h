// Puts a Batch into the tables, inside a transaction that its caller begins and ends.
//
// Keys that are given on the way are noted in the batch's slots: where the transaction fails, they are wrong, and the
// batch begins anew (Batch::clear).
//
// Threads: that of its connection. Failure: codes of SQLite.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "writers/sqlite/batch.h"
#include "writers/sqlite/call_source.h"
#include "writers/sqlite/connection.h"
#include "writers/sqlite/statement.h"

namespace glimpse::writers::sqlite {

class Rows {
 public:
  Rows() = default;
  Rows(const Rows&) = delete;

  // Before the first use, and after close(): SQLITE_OK or an error.
  int prepare(const Connection& connection);

  // Lets go of the connection, before it is closed.
  void close();

  // Everything in `batch`, as part of the session `session`.
  int put(Batch& batch, std::int64_t session);

  // Calls that had a row with an end already, or could have none: since the last time.
  std::uint64_t take_refused() { return std::exchange(refused_, 0); }

 private:
  struct Total {
    std::uint64_t calls = 0, errors = 0, total_ns = 0, max_ns = 0;
  };

  int put_process(ProcessSlot& slot, std::int64_t session);
  int find_process(ProcessSlot& slot, std::int64_t session);
  int put_function(FunctionSlot& slot);
  int put_calls(Batch& batch, std::int64_t session);
  int count(const Batch& batch, const CallRow& row, const ProcessSlot& process);
  int end_call(const Batch& batch, const CallRow& row, std::int64_t key, bool& done);
  void add_trace(const CallRow& row, const ProcessSlot& process);
  int find_span_trace(std::int64_t process, const std::string& trace_id, std::int64_t& key);
  int put_exception(const Batch& batch, const CallRow& row, std::int64_t key);
  int put_totals(const Batch& batch);
  int put_spans(Batch& batch, std::int64_t session);
  int put_logs(Batch& batch, std::int64_t session);
  int put_rare(Batch& batch, std::int64_t session);

  const Connection* connection_ = nullptr;
  CallSource calls_;
  TraceSource traces_;
  Statement find_process_, insert_process_, find_function_, insert_function_, insert_calls_, end_call_, insert_traces_,
      insert_exception_, add_total_, insert_thread_, insert_notice_, insert_summary_, insert_span_, insert_log_,
      find_span_trace_, last_span_trace_, insert_span_trace_;

  // Roots of traces that were put lately: most calls have the root of one before.
  static constexpr std::size_t kRecentRoots = 256;
  std::int64_t recent_roots_[kRecentRoots] = {};
  static constexpr std::size_t kRecentSpanTraces = 4096;
  std::unordered_map<std::string, std::int64_t> recent_span_traces_;  // keys by trace id and process
  std::unordered_map<std::uint64_t, Total> totals_;                   // of this transaction: process << 32 | function
  std::uint64_t refused_ = 0;
};

}  // namespace glimpse::writers::sqlite
