// Records as a compact recording: docs/recording-format.md. `glimpse cat` makes the same lines of it that a JsonlWriter
// makes of the records.
//
// Records collect in columns. prepare() makes whole blocks of them, flush() does so too and writes them out. Many
// records to a block make it small: the caller may take its time between flushes (flushes_when_idle()).
//
// Threads: one thread uses a RecordingWriter. Failure: see RotatingFile; blocks that could not be written stay and go
// out first with the next flush(). What was never flushed is lost with the Writer, but for what an Outbox keeps.
#pragma once

#include "writers/disk_gate.h"
#include "writers/line_buffer.h"
#include "writers/recording/encoder.h"
#include "writers/rotating_file.h"
#include "writers/writer.h"

namespace glimpse::writers {

class RecordingWriter final : public Writer {
 public:
  // `output` consists of blocks.
  explicit RecordingWriter(RotatingFile output);

  void call(const Call& record) override { add(record); }
  void process(const Process& record) override { add(record); }
  void thread(const Thread& record) override { add(record); }
  void span(const Span& record) override { add(record); }
  void log(const Log& record) override { add(record); }
  void notice(const Notice& record) override { add(record); }
  void summary(const Summary& record) override { add(record); }

  void keep_in(Outbox& outbox) override;
  void take_over(std::string_view blocks) override {
    output_.recall_names(blocks);
    blocks_.append(blocks);
  }

  bool flushes_when_idle() const override { return false; }
  std::size_t buffered_bytes() const override { return encoder_.open_bytes() + blocks_.size(); }
  std::uint64_t waiting_records() const override;
  std::uint64_t dropped_records() const override { return gate_.dropped(); }
  void prepare() override { encoder_.close_block(blocks_); }
  Result<void> flush() override;

 private:
  template <typename Record>
  void add(const Record& record) {
    if (gate_.is_open()) [[likely]]
      return encoder_.add(record);
    gate_.pass(record, [this](const auto& one) { encoder_.add(one); });
  }

  RotatingFile output_;
  DiskGate gate_;
  recording::Encoder encoder_;
  LineBuffer blocks_;
  Outbox* outbox_ = nullptr;
};

}  // namespace glimpse::writers
