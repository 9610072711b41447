// The calls and the traces of a batch, as rows for call_row and trace_row.
//
// Threads: that of its connection.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "writers/sqlite/batch.h"
#include "writers/sqlite/row_source.h"

namespace glimpse::writers::sqlite {

class CallSource final : public RowSource {
 public:
  // Calls of `batch` follow; their processes and functions have rows.
  void begin(const Batch& batch) {
    batch_ = &batch;
    calls_.clear();
  }
  // `span_trace`: the key of the trace that it is in because of a span; 0 where it is in none.
  void add(const CallRow& call, std::int64_t span_trace) { calls_.push_back({&call, span_trace}); }

  const char* declaration() const override;
  std::size_t rows() const override { return calls_.size(); }
  void column(std::size_t row, int column, sqlite3_context* context) const override;

 private:
  const Batch* batch_ = nullptr;
  struct Entry {
    const CallRow* row;
    std::int64_t span_trace;
  };
  std::vector<Entry> calls_;
};

class TraceSource final : public RowSource {
 public:
  void begin() { traces_.clear(); }
  void add(std::int64_t root, std::string trace_id) { traces_.push_back({root, std::move(trace_id)}); }

  const char* declaration() const override { return "CREATE TABLE rows (root_id, trace_id)"; }
  std::size_t rows() const override { return traces_.size(); }
  void column(std::size_t row, int column, sqlite3_context* context) const override;

 private:
  struct Trace {
    std::int64_t root;
    std::string trace_id;
  };
  std::vector<Trace> traces_;
};

}  // namespace glimpse::writers::sqlite
