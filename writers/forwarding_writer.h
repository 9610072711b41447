// A Writer in front of another one: it hands everything on. What is to be different is overridden.
//
// Threads and failure: the other's.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "writers/writer.h"

namespace glimpse::writers {

class ForwardingWriter : public Writer {
 public:
  explicit ForwardingWriter(std::unique_ptr<Writer> next) : next_(std::move(next)) {}

  void call(const Call& record) override { next_->call(record); }
  void process(const Process& record) override { next_->process(record); }
  void thread(const Thread& record) override { next_->thread(record); }
  void span(const Span& record) override { next_->span(record); }
  void log(const Log& record) override { next_->log(record); }
  void notice(const Notice& record) override { next_->notice(record); }
  void summary(const Summary& record) override { next_->summary(record); }

  void keep_in(Outbox& outbox) override { next_->keep_in(outbox); }
  void take_over(std::string_view lines) override { next_->take_over(lines); }
  std::string_view text() const override { return next_->text(); }
  void forget(std::size_t bytes) override { next_->forget(bytes); }
  std::size_t buffered_bytes() const override { return next_->buffered_bytes(); }
  std::uint64_t waiting_records() const override { return next_->waiting_records(); }
  std::uint64_t dropped_records() const override { return next_->dropped_records(); }
  bool flushes_when_idle() const override { return next_->flushes_when_idle(); }
  void prepare() override { next_->prepare(); }
  Result<void> flush() override { return next_->flush(); }

  std::vector<std::string> take_messages() override { return next_->take_messages(); }
  std::vector<DestinationHealth> health() const override { return next_->health(); }
  void wait_for_arrival() override { next_->wait_for_arrival(); }
  Result<void> finish() override { return next_->finish(); }

 protected:
  Writer& next() { return *next_; }
  const Writer& next() const { return *next_; }

 private:
  std::unique_ptr<Writer> next_;
};

}  // namespace glimpse::writers
