// Records as JSON, one object per line: docs/records.md.
//
// Lines collect in one buffer until flush() writes them out together. The caller flushes at the latest when
// buffered_bytes() reaches kFlushBytes: larger writes are no faster.
//
// Threads: one thread uses a JsonlWriter. Failure: see RotatingFile; lines that could not be written stay in the buffer
// and go out first with the next flush(). What was never flushed is lost with the Writer, but for what an Outbox keeps.
#pragma once

#include "writers/call_text.h"
#include "writers/disk_gate.h"
#include "writers/field_set.h"
#include "writers/line_buffer.h"
#include "writers/record_text.h"
#include "writers/rotating_file.h"
#include "writers/writer.h"

namespace glimpse::writers {

class JsonlWriter final : public Writer {
 public:
  // `trace_ids`: whether calls outside of spans have trace_id and span_id.
  explicit JsonlWriter(RotatingFile output, const FieldSet& fields = FieldSet(), bool trace_ids = false);

  void call(const Call& record) override;
  void process(const Process& record) override;
  void thread(const Thread& record) override;
  void span(const Span& record) override;
  void log(const Log& record) override;
  void notice(const Notice& record) override;
  void summary(const Summary& record) override;

  void keep_in(Outbox& outbox) override;
  void take_over(std::string_view lines) override { buffer_.append(lines); }

  std::string_view text() const override { return buffer_.text(); }
  void forget(std::size_t bytes) override { buffer_.consume(bytes); }
  std::size_t buffered_bytes() const override { return buffer_.size(); }
  Result<void> flush() override;

  std::uint64_t waiting_records() const override;
  std::uint64_t dropped_records() const override { return gate_.dropped(); }

 private:
  template <typename Record>
  void add(const Record& record);
  void put(const Call& record) { call_text_.append(buffer_, record); }
  void put(const auto& record) { append_line(buffer_, fields_, record); }

  RotatingFile output_;
  DiskGate gate_;
  FieldSet fields_;
  CallText call_text_;
  LineBuffer buffer_;
  Outbox* outbox_ = nullptr;
};

}  // namespace glimpse::writers
