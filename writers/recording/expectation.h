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
#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "writers/record.h"
#include "writers/recording/format.h"

namespace glimpse::writers::recording {

class Expectation {
 public:
  struct Frame {
    std::uint64_t call_id = 0;
    std::uint32_t function = 0;
    std::uint32_t context = 0;  // of its begin
    std::int64_t start_ns = 0;
  };

  // A span that was active when calls began. Number 0 is none.
  struct Context {
    TraceId trace;
    std::uint64_t span_id = 0;
    bool operator==(const Context&) const = default;
  };

  // Calls of a thread that began in this block and are open; the first of them only is what they stand upon, of which
  // nothing but its number is known, 0 for none.
  struct Thread {
    std::uint32_t pid = 0;
    std::uint32_t tid = 0;
    std::uint32_t depth = 0;    // of a call that starts now
    std::uint32_t process = 0;  // index into last_call_ids
    std::uint32_t context = 0;  // of a call that starts now
    std::uint64_t root = 0;     // of the call before
    std::vector<Frame> open;

    bool has_call() const { return open.size() > 1; }
    const Frame& top() const { return open.back(); }
    // The parents of a call that starts now, and of the innermost one.
    std::uint64_t parent() const { return open.back().call_id; }
    std::uint64_t outer() const { return open[open.size() < 2 ? 0 : open.size() - 2].call_id; }
    // The root of a call of that parent.
    std::uint64_t root_of(std::uint64_t call_id, std::uint64_t parent_id) const {
      return parent_id == 0 ? call_id : root;
    }
  };

  void begin_block(std::uint64_t first_entry_id) {
    next_entry_id = first_entry_id;
    last_ns = 0;
    level = Level::kInfo;
    trace_seed = 0;
    thread_count_ = 0;
    new_callers_ = 0;
    current_ = nullptr;
    numbers_.clear();
    processes_.clear();
    last_call_ids_.clear();
    contexts_.resize(1);
    context_numbers_.clear();
  }

  // Whether any call of the block may have begun in a span.
  bool has_contexts() const { return contexts_.size() > 1; }
  std::size_t context_count() const { return contexts_.size(); }
  const Context& context(std::size_t number) const { return contexts_[number]; }
  // The number of a context; context_count() for one that has none yet.
  std::size_t number_of(const Context& context) const {
    if (context == Context()) return 0;
    const auto [first, last] = context_numbers_.equal_range(context.span_id);
    for (auto known = first; known != last; ++known) {
      if (contexts_[known->second] == context) return known->second;
    }
    return contexts_.size();
  }
  void add_context(const Context& context) {
    context_numbers_.emplace(context.span_id, static_cast<std::uint32_t>(contexts_.size()));
    contexts_.push_back(context);
  }

  // What parent_call_is_nearest is expected to be of a call that begins, or ends, now and began in that context: its
  // parent began there too. Of whole calls, whose parents are not known, and of calls outside of spans: always.
  bool is_nearest(Stage stage, std::uint32_t context) const {
    if (context == 0 || stage == Stage::kCall) return true;
    const std::vector<Frame>& open = current_->open;
    const bool begins = stage == Stage::kStart || open.size() < 2;
    return (begins ? open.back() : open[open.size() - 2]).context == context;
  }

  // Of the current thread: there is none at the begin of a block.
  bool has_thread() const { return current_ != nullptr; }
  Thread& thread() { return *current_; }
  void forget_thread() { current_ = nullptr; }
  std::uint64_t last_call_id() const { return last_call_ids_[current_->process]; }

  std::size_t thread_count() const { return thread_count_; }
  void switch_to(std::size_t number) { current_ = &threads_[number]; }

  // The number of a thread; thread_count() for one that has none yet. Threads take turns: the last one of each slot is
  // found without a search.
  std::size_t number_of(std::uint32_t pid, std::uint32_t tid) {
    std::size_t& guess = guesses_[tid % guesses_.size()];
    if (guess < thread_count_ && threads_[guess].tid == tid && threads_[guess].pid == pid) return guess;
    const auto found = numbers_.find(std::uint64_t{pid} << 32 | tid);
    guess = found == numbers_.end() ? thread_count_ : found->second;
    return guess;
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
    thread.depth = 0;
    thread.context = 0;
    thread.root = 0;
    thread.open.assign(1, Frame{});
    current_ = &thread;
  }

  // What an explicit call of that stage is compared with. A whole call: as if it had no others in it.
  struct Guess {
    std::uint64_t call_id;
    std::uint64_t parent_call_id;
    std::uint32_t depth;
    const Frame* top;  // whose function and duration it is; null where there is none
    std::uint32_t context;
  };
  Guess guess(Stage stage) const {
    const Thread& thread = *current_;
    if (stage == Stage::kStart || stage == Stage::kCall)
      return {last_call_id() + 1, thread.parent(), thread.depth, nullptr, thread.context};
    const bool known = thread.has_call();
    return {thread.top().call_id, thread.outer(), thread.depth - 1, known ? &thread.top() : nullptr,
            known ? thread.top().context : thread.context};
  }

  // After a START, an END or EXCEPTION that was as expected.
  void started_as_expected(std::uint64_t call_id, std::uint64_t root, std::uint32_t function, std::int64_t now_ns) {
    current_->open.push_back({call_id, function, current_->context, now_ns});
    ++current_->depth;
    current_->root = root;
    last_call_ids_[current_->process] = call_id;
  }
  void ended_as_expected() {
    current_->open.pop_back();
    --current_->depth;
  }

  // After any START, and any END or EXCEPTION.
  void started(const Call& call, std::uint32_t function) {
    stand_upon(call);
    // Its parent may be one of which nothing was known.
    if (call.trace && call.parent_call_is_nearest && !current_->has_call()) {
      current_->open.back().context = current_->context;
    }
    started_as_expected(call.call_id, call.root_call_id, function, call.timestamp_ns);
  }
  void ended(const Call& call) {
    if (current_->has_call() && current_->top().call_id == call.call_id) ended_as_expected();
    stand_upon(call);
    current_->root = call.root_call_id;
  }

  // Whole calls are told when they end, inner ones first. Of those around them nothing is known but their ids, which
  // are mostly the ones before the innermost's.
  bool allows_callers(std::uint64_t callers) const {
    return callers <= kMostNewCallers && new_callers_ + callers <= kMostCallersInABlock;
  }
  // A whole call ended that was inside of `callers` ones that nothing was told of.
  void leaf_ended(std::uint64_t call_id, std::uint64_t root, std::uint64_t callers) {
    for (std::uint64_t left = callers; left > 0; --left) current_->open.push_back({call_id - left, 0, 0, 0});
    new_callers_ += callers;
    current_->depth += static_cast<std::uint32_t>(callers);
    current_->root = root;
    note_call_id(call_id);
  }
  // A whole call ended, any.
  void whole_call_ended(const Call& call) {
    ended(call);
    note_call_id(call.call_id);
  }

  static std::uint64_t duration_ns(const Frame& frame, std::int64_t now_ns) {
    return now_ns > frame.start_ns ? static_cast<std::uint64_t>(now_ns) - static_cast<std::uint64_t>(frame.start_ns)
                                   : 0;
  }

  Level level_of(Stage stage, bool failed = false) const {
    return stage == Stage::kException || failed ? Level::kError : level;
  }

  std::uint64_t next_entry_id = 0;
  std::int64_t last_ns = 0;  // of the call before
  Level level = Level::kInfo;
  std::uint64_t trace_seed = 0;

 private:
  void note_call_id(std::uint64_t call_id) {
    std::uint64_t& last = last_call_ids_[current_->process];
    last = std::max(last, call_id);
  }

  // The call's parent is the innermost one from now on. Where it is not, what was open is forgotten: fibers, signal
  // handlers, calls that began in an earlier block.
  void stand_upon(const Call& call) {
    Thread& thread = *current_;
    if (call.parent_call_id == thread.parent() && call.depth == thread.depth) return;
    thread.open.assign(1, Frame{.call_id = call.parent_call_id});
    thread.depth = call.depth;
  }

  std::vector<Thread> threads_;  // the first thread_count_ are this block's
  std::size_t thread_count_ = 0;
  std::uint64_t new_callers_ = 0;  // in this block
  Thread* current_ = nullptr;
  std::unordered_map<std::uint64_t, std::size_t> numbers_;  // by pid and tid
  std::array<std::size_t, 64> guesses_{};                   // by tid: of the thread asked for last
  std::unordered_map<std::uint32_t, std::uint32_t> processes_;
  std::vector<std::uint64_t> last_call_ids_;  // by process
  std::vector<Context> contexts_{1};
  std::unordered_multimap<std::uint64_t, std::uint32_t> context_numbers_;  // by span id
};

}  // namespace glimpse::writers::recording
