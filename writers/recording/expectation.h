// What a block of records lets expect of the next call: writer and reader keep it alike, and only what differs from it
// is stored. So nothing has to be right about the rules here but that both follow them.
//
// It begins with nothing at each block: a block can be read without the one before. A call that was open there is told
// explicitly when it ends, and tells by that what its callers are.
//
// Threads: one thread uses an Expectation. Memory: grows with threads and open calls, and is used again by the next
// block.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "writers/record.h"

namespace glimpse::writers::recording {

class Expectation {
 public:
  struct Frame {
    std::uint64_t call_id;
    std::uint32_t function;
    std::int64_t start_ns;
  };

  // Calls of a thread that began in this block and are open, upon one of which nothing is known but its number.
  struct Thread {
    std::uint32_t pid = 0;
    std::uint32_t tid = 0;
    std::uint32_t process = 0;  // index into last_call_ids
    std::uint64_t base_call_id = 0;
    std::uint32_t base_depth = 0;  // of a call on top of it
    std::vector<Frame> open;

    std::uint64_t parent() const { return open.empty() ? base_call_id : open.back().call_id; }
    std::uint32_t depth() const { return base_depth + static_cast<std::uint32_t>(open.size()); }
    // The parent of the innermost call.
    std::uint64_t outer() const { return open.size() > 1 ? open[open.size() - 2].call_id : base_call_id; }
  };

  void begin_block(std::uint64_t first_entry_id) {
    next_entry_id = first_entry_id;
    last_ns = 0;
    level = Level::kInfo;
    thread_count_ = 0;
    current_ = nullptr;
    numbers_.clear();
    processes_.clear();
    last_call_ids_.clear();
  }

  // Of the current thread: there is none at the begin of a block.
  bool has_thread() const { return current_ != nullptr; }
  Thread& thread() { return *current_; }
  std::uint64_t& last_call_id() { return last_call_ids_[current_->process]; }

  std::size_t thread_count() const { return thread_count_; }
  void switch_to(std::size_t number) { current_ = &threads_[number]; }

  // The number of a thread; thread_count() for one that has none yet.
  std::size_t number_of(std::uint32_t pid, std::uint32_t tid) const {
    const auto found = numbers_.find(std::uint64_t{pid} << 32 | tid);
    return found == numbers_.end() ? thread_count_ : found->second;
  }

  // The thread that has the number thread_count().
  void add_thread(std::uint32_t pid, std::uint32_t tid) {
    if (threads_.size() == thread_count_) threads_.emplace_back();
    Thread& thread = threads_[thread_count_];
    numbers_.emplace(std::uint64_t{pid} << 32 | tid, thread_count_++);
    const auto [process, is_new] = processes_.try_emplace(pid, static_cast<std::uint32_t>(last_call_ids_.size()));
    if (is_new) last_call_ids_.push_back(0);
    thread.pid = pid;
    thread.tid = tid;
    thread.process = process->second;
    thread.base_call_id = 0;
    thread.base_depth = 0;
    thread.open.clear();
    current_ = &thread;
  }

  // After a START that stands upon `parent`.
  void started(const Call& call, std::uint32_t function) {
    Thread& thread = *current_;
    if (call.parent_call_id != thread.parent() || call.depth != thread.depth()) [[unlikely]]
      stand_upon(call.parent_call_id, call.depth);
    thread.open.push_back({call.call_id, function, call.timestamp_ns});
    last_call_ids_[thread.process] = call.call_id;
  }

  // After an END or EXCEPTION.
  void ended(const Call& call) {
    Thread& thread = *current_;
    if (!thread.open.empty() && thread.open.back().call_id == call.call_id) {
      thread.open.pop_back();
    } else {
      thread.open.clear();
    }
    if (call.parent_call_id != thread.parent() || call.depth != thread.depth())
      stand_upon(call.parent_call_id, call.depth);
  }

  static std::uint64_t duration_ns(const Frame& frame, std::int64_t now_ns) {
    return now_ns > frame.start_ns ? static_cast<std::uint64_t>(now_ns) - static_cast<std::uint64_t>(frame.start_ns)
                                   : 0;
  }

  Level level_of(Stage stage) const { return stage == Stage::kException ? Level::kError : level; }

  std::uint64_t next_entry_id = 0;
  std::int64_t last_ns = 0;  // of the call before
  Level level = Level::kInfo;

 private:
  // Fibers and signal handlers: calls that do not stand upon what was open.
  void stand_upon(std::uint64_t call_id, std::uint32_t depth) {
    current_->open.clear();
    current_->base_call_id = call_id;
    current_->base_depth = depth;
  }

  std::vector<Thread> threads_;  // the first thread_count_ are this block's
  std::size_t thread_count_ = 0;
  Thread* current_ = nullptr;
  std::unordered_map<std::uint64_t, std::size_t> numbers_;  // by pid and tid
  std::unordered_map<std::uint32_t, std::uint32_t> processes_;
  std::vector<std::uint64_t> last_call_ids_;  // by process
};

}  // namespace glimpse::writers::recording
