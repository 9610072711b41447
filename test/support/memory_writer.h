// A Writer that keeps copies of its records, and that can be told to fail: the second implementation of the interface,
// for tests of whatever feeds a Writer.
//
// Back-pressure: while fail_flushes(message) is in force, flush() returns that Error and the records stay "buffered";
// recover() ends it. records() has everything accepted, flushed_records() says how many of them a flush has taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "test/support/kept_span.h"
#include "writers/writer.h"

namespace glimpse::writers {

// The records, with strings of their own where the originals only borrow them.
struct KeptCall {
  Call call;  // its exception pointer is null: see the two below
  Function function;
  bool has_exception = false;
  bool has_what = false;
  std::string exception_type;
  std::string stack_trace;
  std::string fingerprint;
  std::string what;
  std::string captured;
  std::string result;
};
struct KeptThread {
  Thread thread;  // without its name
  std::string name;
};
struct KeptNotice {
  Notice notice;  // without its texts
  std::string reason;
  std::string message;
};
using KeptRecord = std::variant<KeptCall, Process, KeptThread, KeptSpan, KeptLog, KeptNotice, Summary>;

class MemoryWriter final : public Writer {
 public:
  // What one record counts in buffered_bytes().
  static constexpr std::size_t kBytesPerRecord = 300;

  void call(const Call& record) override {
    KeptCall kept{.call = record,
                  .function = *record.function,
                  .has_exception = record.exception != nullptr,
                  .captured = std::string(record.captured),
                  .result = std::string(record.result)};
    if (record.exception != nullptr) {
      kept.exception_type = record.exception->type;
      kept.stack_trace = record.exception->stack_trace;
      kept.fingerprint = record.exception->fingerprint;
      kept.has_what = record.exception->has_what;
      kept.what = record.exception->what;
    }
    kept.call.exception = nullptr;
    kept.call.captured = kept.call.result = {};
    records_.emplace_back(std::move(kept));
  }
  void process(const Process& record) override { records_.emplace_back(record); }
  void thread(const Thread& record) override {
    KeptThread kept{record, std::string(record.name)};
    kept.thread.name = {};
    records_.emplace_back(std::move(kept));
  }
  void span(const Span& record) override { records_.emplace_back(KeptSpan(record)); }
  void log(const Log& record) override { records_.emplace_back(KeptLog(record)); }
  void notice(const Notice& record) override {
    KeptNotice kept{record, std::string(record.reason), std::string(record.message)};
    kept.notice.reason = {};
    kept.notice.message = {};
    records_.emplace_back(std::move(kept));
  }
  void summary(const Summary& record) override { records_.emplace_back(record); }

  void take_over(std::string_view lines) override { taken_over_ += lines; }
  const std::string& taken_over() const { return taken_over_; }

  std::size_t buffered_bytes() const override { return (records_.size() - flushed_records_) * kBytesPerRecord; }

  Result<void> flush() override {
    ++flushes_;
    if (failing_) return Error{failure_};
    flushed_records_ = records_.size();
    return {};
  }

  // From now on flush() fails with this message.
  void fail_flushes(std::string message) {
    failing_ = true;
    failure_ = std::move(message);
  }
  void recover() { failing_ = false; }

  const std::vector<KeptRecord>& records() const { return records_; }
  std::size_t flushed_records() const { return flushed_records_; }
  std::size_t flushes() const { return flushes_; }

  // The records of one kind, in order: only<KeptCall>().
  template <typename Kind>
  std::vector<Kind> only() const {
    std::vector<Kind> found;
    for (const KeptRecord& record : records_) {
      if (const Kind* one = std::get_if<Kind>(&record)) found.push_back(*one);
    }
    return found;
  }

 private:
  std::vector<KeptRecord> records_;
  std::string taken_over_;
  std::size_t flushed_records_ = 0;
  std::size_t flushes_ = 0;
  bool failing_ = false;
  std::string failure_;
};

}  // namespace glimpse::writers
