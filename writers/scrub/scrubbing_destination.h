// A Destination that scrubs (writers/scrub/scrubbing_sink.h) what another one is given.
//
// Threads and failure: the other's.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "writers/destination.h"
#include "writers/scrub/scrubbing_sink.h"

namespace glimpse::writers::scrub {

class ScrubbingDestination final : public Destination {
 public:
  ScrubbingDestination(std::unique_ptr<Destination> next, const std::shared_ptr<const Patterns>& patterns)
      : next_(std::move(next)), sink_(*next_, patterns) {}

  void call(const Call& record) override { sink_.call(record); }
  void process(const Process& record) override { sink_.process(record); }
  void thread(const Thread& record) override { sink_.thread(record); }
  void span(const Span& record) override { sink_.span(record); }
  void log(const Log& record) override { sink_.log(record); }
  void notice(const Notice& record) override { sink_.notice(record); }
  void summary(const Summary& record) override { sink_.summary(record); }

  std::string_view name() const override { return next_->name(); }
  Result<std::uint64_t> open(const std::string& queue, std::uint64_t noted) override {
    return next_->open(queue, noted);
  }
  bool forgets_processes() const override { return next_->forgets_processes(); }
  bool is_full() const override { return next_->is_full(); }
  std::chrono::milliseconds patience() const override { return next_->patience(); }
  Commit commit(std::uint64_t position) override { return next_->commit(position); }
  void hurry() override { next_->hurry(); }
  std::chrono::milliseconds idle() override { return next_->idle(); }
  DestinationCounts counts() const override { return next_->counts(); }
  std::vector<std::string> take_messages() override { return next_->take_messages(); }

 private:
  std::unique_ptr<Destination> next_;
  ScrubbingSink sink_;
};

}  // namespace glimpse::writers::scrub
