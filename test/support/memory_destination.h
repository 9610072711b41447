// A Destination that keeps what was committed, and that can be told how to fail: the second implementation of the
// interface, for tests of whatever brings records to one.
//
// It notes nothing but in memory: `Kept` outlives it, as a database would.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "writers/destination.h"

namespace glimpse::writers {

// What stays when the Destination is gone. Any thread may look.
struct Kept {
  std::mutex mutex;
  std::vector<std::uint64_t> entries;  // ids of committed records
  std::vector<std::string> functions;  // of committed calls
  std::uint64_t position = 0;
  std::uint64_t commits = 0;

  std::size_t size() {
    const std::scoped_lock lock(mutex);
    return entries.size();
  }
};

// How it behaves; any thread may change it.
struct Mood {
  std::atomic<Commit::Outcome> outcome{Commit::Outcome::kDone};
  std::atomic<bool> opens{true};
  std::atomic<int> takes_us{0};  // for each commit
  std::atomic<bool> notes_position{true};
  std::atomic<bool> hurried{false};
};

class MemoryDestination final : public Destination {
 public:
  MemoryDestination(Kept& kept, Mood& mood, std::string name = "memory")
      : kept_(kept), mood_(mood), name_(std::move(name)) {}

  std::string_view name() const override { return name_; }
  Result<std::uint64_t> open(const std::string&, std::uint64_t noted) override {
    if (!mood_.opens) return Error{"memory: cannot be opened"};
    const std::scoped_lock lock(kept_.mutex);
    return mood_.notes_position ? std::max(noted, kept_.position) : noted;
  }
  bool is_full() const override { return given_.size() >= 10'000; }
  std::chrono::milliseconds patience() const override { return std::chrono::milliseconds(10); }
  Commit commit(std::uint64_t position) override {
    std::this_thread::sleep_for(std::chrono::microseconds(mood_.takes_us.load()));
    const Commit::Outcome outcome = mood_.outcome;
    if (outcome == Commit::Outcome::kForgotten) {
      given_.clear();
      functions_.clear();
    }
    if (outcome != Commit::Outcome::kDone) return {outcome, "memory: out of order", std::chrono::milliseconds(5)};
    const std::scoped_lock lock(kept_.mutex);
    kept_.entries.insert(kept_.entries.end(), given_.begin(), given_.end());
    kept_.functions.insert(kept_.functions.end(), functions_.begin(), functions_.end());
    kept_.position = position;
    ++kept_.commits;
    given_.clear();
    functions_.clear();
    return {};
  }
  void hurry() override { mood_.hurried = true; }

  void call(const Call& record) override {
    given_.push_back(record.entry_id);
    functions_.push_back(record.function->name);
  }
  void process(const Process& record) override { given_.push_back(record.entry_id); }
  void thread(const Thread& record) override { given_.push_back(record.entry_id); }
  void span(const Span& record) override { given_.push_back(record.entry_id); }
  void log(const Log& record) override { given_.push_back(record.entry_id); }
  void notice(const Notice& record) override { given_.push_back(record.entry_id); }
  void summary(const Summary& record) override { given_.push_back(record.entry_id); }

 private:
  Kept& kept_;
  Mood& mood_;
  std::string name_;
  std::vector<std::uint64_t> given_;
  std::vector<std::string> functions_;
};

}  // namespace glimpse::writers
