// A Writer that passes on to standard output, as lines of JSON, the records of a span of time.
//
// Threads: one thread. Failure: problem() keeps the first; records that come after it are dropped.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "glimpse/result.h"
#include "writers/field_set.h"
#include "writers/jsonl.h"
#include "writers/writer.h"

namespace glimpse::cli {

// Both ends belong to it.
struct TimeSpan {
  std::int64_t from_ns = std::numeric_limits<std::int64_t>::min();
  std::int64_t to_ns = std::numeric_limits<std::int64_t>::max();

  bool has(std::int64_t ns) const { return from_ns <= ns && ns <= to_ns; }
  bool meets(std::int64_t first_ns, std::int64_t last_ns) const { return first_ns <= to_ns && from_ns <= last_ns; }
};

class RecordPrinter final : public writers::Writer {
 public:
  RecordPrinter(const writers::FieldSet& fields, bool trace_ids);

  void print_only(const TimeSpan& span) { span_ = span; }

  void call(const writers::Call& record) override {
    if (!span_.has(record.timestamp_ns)) return;
    lines_.call(record);
    flush_if_full();
  }
  void process(const writers::Process& record) override;
  void thread(const writers::Thread& record) override;
  void span(const writers::Span& record) override;
  void log(const writers::Log& record) override;
  void notice(const writers::Notice& record) override;
  void summary(const writers::Summary& record) override;

  void take_over(std::string_view lines) override { lines_.take_over(lines); }
  std::size_t buffered_bytes() const override { return lines_.buffered_bytes(); }
  Result<void> flush() override;

  const std::optional<Error>& problem() const { return problem_; }

  // Each process that began has ended, in the span or not.
  bool all_ended() const { return processes_ > 0 && summaries_ >= processes_; }

 private:
  void flush_if_full() {
    if (lines_.buffered_bytes() >= writers::kFlushBytes) [[unlikely]]
      (void)flush();
  }

  writers::JsonlWriter lines_;
  TimeSpan span_;
  std::optional<Error> problem_;
  std::uint64_t processes_ = 0;
  std::uint64_t summaries_ = 0;
};

}  // namespace glimpse::cli
