// One traced process on its way from rings to records.
//
//   rings ─▶ RingReader ─▶ merge by time ─▶ CallStack (pair, policy, depth) ─▶ Writer
//
// Threads: one thread uses it. Failure: what cannot be read is counted and told in a notice; the rest goes on.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "collector/call_stack.h"
#include "collector/checkpoint.h"
#include "collector/clock_map.h"
#include "collector/process_functions.h"
#include "collector/process_view.h"
#include "collector/program_records.h"
#include "collector/record_stream.h"
#include "collector/ring_reader.h"
#include "collector/session_context.h"
#include "collector/stack_names.h"
#include "writers/writer.h"

namespace glimpse::collector {

// How a process ended, as far as its parent was told.
struct ProcessEnd {
  int exit_status = -1;  // -1: not known
  int signal = 0;
};

class ProcessTrace final : private CallSink {
 public:
  // `earlier_calls`: the last call id of the same process before it called exec. `pid`: its number here; 0 where that
  // is the one it knows itself by.
  ProcessTrace(SessionContext& context, std::unique_ptr<ProcessView> view, writers::Writer& writer,
               std::uint64_t earlier_calls = 0, std::uint32_t pid = 0);

  // Goes on where another collector was when it made `state`.
  ProcessTrace(SessionContext& context, std::unique_ptr<ProcessView> view, writers::Writer& writer,
               const ProcessState& state);

  // What another collector needs to go on in this one's place: everything, or what changed since the last save(). Empty
  // where nothing did.
  std::optional<ProcessState> save(bool whole);

  std::uint32_t pid() const { return pid_; }
  std::uint64_t last_call_id() const { return last_call_id_; }
  // Whether a vfork child `pid`, which lives in this process's memory, still has records here.
  bool has_guest(std::uint32_t pid) const;
  // All of them that were recorded.
  const std::set<std::uint32_t>& guests() const { return guests_; }
  ProcessView& view() { return *view_; }
  writers::Writer& writer() { return records_.writer(); }

  // Names and decides functions that were called for the first time.
  void decide_functions();

  // The policy is another one: for calls that begin in what is not consumed yet.
  void follow_policy();

  // Looks for rings that threads have claimed since.
  void find_lanes();
  std::size_t active_lanes() const;

  // Now, on the process's clock.
  std::int64_t now_ns() const;

  // The time of the earliest record that is not yet consumed; false where there is none.
  bool next_time(std::int64_t& time_ns);

  // Consumes records in the order of time up to and including `until_ns`, at most `most` of them, or until the writer
  // holds `enough_bytes`. Returns how many.
  std::uint64_t consume(std::int64_t until_ns, std::uint64_t most, std::size_t enough_bytes);

  // Ends the lanes of threads that are gone and whose records are consumed.
  void close_ended();

  // Rings whose thread is gone, and that were not given back.
  std::size_t ended_threads() const;

  // Whether threads may soon need what release() would give them.
  bool wants_release() const;

  // Everything consumed so far, and what close_ended() closed, has been flushed: gives rings back.
  void release();

  // The clock's rate is known better.
  void bend_clock();

  // What users should know about where its records go.
  void tell(std::string_view reason, const std::string& message);

  // Nothing more will come: the summary. Once.
  void finish(ProcessEnd end);
  bool finished() const { return finished_; }

 private:
  struct Lane {
    Lane(RingReader ring, CallStack empty) : reader(std::move(ring)), stack(std::move(empty)) {}
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    RingReader reader;
    CallStack stack;                            // number 0: where the lane began
    std::map<std::uint32_t, CallStack> fibers;  // the open calls of other machine stacks, by number
    CallStack* running = &stack;
    std::vector<std::uint32_t> gone_fibers;  // since save()
    std::uint32_t running_number = 0;
    std::uint32_t pid = 0;  // another than the process's: a vfork child, a guest in its memory
    std::uint32_t tid = 0;
    std::uint32_t index = 0;    // 0: the thread's own
    std::uint64_t calls = 0;    // a guest's
    std::uint64_t records = 0;  // a guest's
    std::uint64_t late_ends = 0;
    bool active = false;
    bool announced = false;
    bool ended = false;    // a guest whose summary is written
    bool to_free = false;  // closed, and its ring not yet given back
    std::string name;
    ActiveSpan active_span;
    const DecidedFunction* block = nullptr;  // of the START that comes next
    std::int64_t last_ns = 0;
    std::int64_t peeked_ns = 0;
    struct Saved {  // what save() saw; a lane that differs has changed
      std::uint64_t position = ~std::uint64_t{0};
      bool active = false;
      bool ended = false;
      bool operator==(const Saved&) const = default;
    } saved;
  };

  void emit(writers::Call& call) override;
  std::uint64_t begin_call(std::int64_t time_ns) override;
  StackText stack_text(const std::vector<std::uint64_t>& frames, std::string_view exception_type,
                       std::string_view what) override {
    return stacks_.text(frames, exception_type, what);
  }

  CallStack empty_stack();
  const DecidedFunction& function_of(const Lane& lane, wire::FunctionId id);
  const DecidedFunction& block_of(const RingRecord& record);
  void handle_told(Lane& lane, const RingRecord& record, std::int64_t time_ns);
  bool is_guest(const Lane& lane) const { return lane.pid != pid_; }
  void finish_guest(Lane& lane);
  void write_guest_summary(Lane& lane);
  static void list_open_calls(const Lane& lane, writers::Summary& record);
  static void list_patched(const wire::ProcessHeader& header, writers::Summary& record);
  void switch_stack(Lane& lane, std::uint32_t number);
  CallStack& fiber_of(Lane& lane, std::uint32_t number);
  void announce(Lane& lane, std::int64_t time_ns);
  void open_lane(std::uint32_t ring_index);
  std::unique_ptr<Lane> make_lane(std::uint32_t ring_index);
  void restore_lane(const LaneState& state);
  LaneState save_lane(std::uint32_t ring_index, bool whole);
  void lay_in_order(Lane& lane);
  void tell_lost_ends(Lane& lane);
  void close_lane(Lane& lane);
  bool peek(Lane& lane);
  void handle(Lane& lane, const RingRecord& record, std::int64_t time_ns);
  void handle_record(Lane& lane, const RingRecord& record, std::int64_t time_ns);
  void handle_gap(Lane& lane, const wire::Gap& gap, std::int64_t time_ns);
  void tell_losses(Lane& lane, std::uint64_t calls, const std::string& message, std::int64_t time_ns);

  SessionContext& context_;
  std::unique_ptr<ProcessView> view_;
  RecordStream records_;
  std::uint32_t pid_;
  ClockMap clock_;
  ProcessFunctions functions_;
  StackNames stacks_;
  ProgramRecords told_;
  std::vector<std::unique_ptr<Lane>> lanes_;  // by ring
  Lane* current_ = nullptr;                   // whose record is being handled
  std::uint64_t first_call_id_;               // minus 1
  std::uint64_t last_call_id_;
  std::uint64_t log_entries_ = 0;
  std::uint64_t threads_ = 0;
  std::uint64_t guest_calls_ = 0;
  std::set<std::uint32_t> guests_;  // pids of vfork children that were recorded
  std::uint64_t lost_full_ = 0;     // events that did not fit in a ring
  std::uint64_t overwritten_ = 0;   // events that were taken back, the oldest first
  std::uint64_t buried_ = 0;        // events in the hands of a collector that was killed
  std::uint64_t late_ends_ = 0;     // those of them that are in the output after all, late
  std::uint64_t unmatched_ends_ = 0;
  std::uint64_t lost_records_ = 0;  // what was said of spans and logs and was taken back
  std::int64_t last_time_ns_ = 0;
  std::map<std::uint32_t, std::int64_t> thread_time_ns_;  // only of threads with handler lanes
  bool finished_ = false;
  bool hooks_record_more_ = false;  // than the policy asks for, since it changed
  bool saved_ = false;              // save() has told of this process
  bool saved_finished_ = false;     // and of its end
};

}  // namespace glimpse::collector
