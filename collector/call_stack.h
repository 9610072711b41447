// Pairing: from one lane's events to calls with parent, depth and duration.
//
// The runtime's shadow stack decides which call an event belongs to, and the stream tells it in order; here is its
// mirror. So pairing is exact: a START opens a call, an END closes the innermost, and frames that were left without an
// exit hook are closed by the record that says so. Policy and depth are applied here, whatever the hook has skipped
// already. A call is told when it begins and when it ends, or as a whole, when it ends.
//
// Threads: one thread uses a CallStack. Failure: an END that does not belong to the innermost call closes down to its
// own call, or is counted and dropped where there is none.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/active_span.h"
#include "collector/binaries.h"
#include "collector/checkpoint.h"
#include "writers/record.h"

namespace glimpse::collector {

struct StackText {
  std::string_view trace;
  std::string_view fingerprint;
};

// What a CallStack makes of events. The Call's process, thread and ids of the line are filled in behind this.
class CallSink {
 public:
  virtual ~CallSink() = default;
  virtual void emit(writers::Call& call) = 0;
  // A recorded call begins: its id.
  virtual std::uint64_t begin_call(std::int64_t time_ns) = 0;
  // The text of a stack, and the group of exceptions of that type and text thrown there. Valid until the next call.
  virtual StackText stack_text(const std::vector<std::uint64_t>& frames, std::string_view exception_type,
                               std::string_view what) = 0;
};

class CallStack {
 public:
  // `trace_depth`: the policy's. `whole_calls`: each call is told once (Stage::kCall).
  CallStack(CallSink& sink, std::uint32_t trace_depth, bool whole_calls = false)
      : sink_(sink), trace_depth_(trace_depth), whole_calls_(whole_calls) {}

  // Calls that begin from now on are recorded as deep as this.
  void set_trace_depth(std::uint32_t depth) { trace_depth_ = depth; }

  // Calls that begin from now on belong to whatever `active` says then; it outlives the stack.
  void follow(const ActiveSpan* active) { active_ = active; }

  // The innermost recorded call that is open, 0: none; and what was active when it began.
  std::uint64_t innermost_call_id() const;
  const ActiveSpan& innermost_active() const;

  // Calls of a signal handler that interrupted a hook lie on top of `below`, the stack it interrupted.
  void lie_on(const CallStack* below) { below_ = below; }
  bool lies_on(const CallStack& below) const { return below_ == &below; }

  // What was captured of a call of `function` whose START, or END, comes next, but for calls of handlers.
  void arguments(const DecidedFunction& function, std::string text);
  void result(const DecidedFunction& function, std::string text);

  void start(const DecidedFunction& function, std::int64_t time_ns);
  void end(const DecidedFunction& function, std::int64_t time_ns);
  // The innermost block that is open ended.
  void end_block(std::int64_t time_ns);

  // An exception sets out, or is caught. `exception` is its address in the process.
  // `frames`: the stack, as wire::pack_stack_frame() has them. It is told once, with the first recorded call that is
  // left.
  void thrown(std::uint64_t exception, std::string type, std::string what, bool has_what,
              std::vector<std::uint64_t> frames = {});
  void caught(std::uint64_t exception);

  // The innermost `frames` calls ended: by unwinding (as EXCEPTION, with the exception in flight unless it was forced),
  // or otherwise (as END).
  enum class Left : std::uint8_t { kUnwound, kForced, kOtherwise };
  void left(std::uint64_t frames, Left how, std::int64_t time_ns);

  bool has_open() const { return !open_.empty(); }
  std::size_t open_count() const { return open_.size(); }

  // Calls are missing here, and with them what was captured of them.
  void forget_captured();

  // Events are missing here: the innermost `ends` calls ended in the gap, then `opened` calls began that nobody knows,
  // which are open now. Exceptions that were in flight may be others.
  void gap(std::uint64_t ends, std::uint64_t opened, bool exceptions, std::int64_t time_ns);

  // The same, and nobody knows which calls are open: those that were are told as ended here.
  void lose_track(std::int64_t time_ns);

  // Recorded calls that are open, outermost first.
  template <typename Visit>
  void each_open(Visit visit) const {
    for (const Open& open : open_) {
      if (open.call_id != 0) visit(open.call_id, open.function->function);
    }
  }

  std::uint64_t unmatched_ends() const { return unmatched_ends_; }

  // Whether anything changed since the last save().
  bool changed() const { return saved_ != open_.size() || touched_; }

  // For another collector that goes on in this one's place: everything, or what changed since the last save().
  CallStackState save(bool whole, const std::function<std::uint32_t(const DecidedFunction&)>& id_of);
  // For a stack on which nothing has happened yet.
  // `function_of`: by the process's id, or a block_text().
  void restore(const CallStackState& state,
               const std::function<const DecidedFunction&(std::uint32_t, const std::string&)>& function_of);

 private:
  struct Open {
    const DecidedFunction* function;  // null: `unknown` calls whose START is in a gap
    std::uint64_t call_id;            // 0: not recorded
    std::uint64_t parent_call_id;
    std::uint32_t depth;
    std::int64_t start_ns;
    std::uint64_t unknown = 0;
  };
  // By whatever policy it was decided when it began.
  static bool is_of(const Open& open, const DecidedFunction& function) {
    return open.function == &function || (open.function != nullptr && open.function->is(function));
  }
  struct InFlight {
    std::uint64_t exception;
    std::string type;
    std::string what;
    bool has_what;
    std::vector<std::uint64_t> frames;  // empty once told
  };

  // A text that waits for its event.
  struct Captured {
    const DecidedFunction* function;
    std::size_t open_count;  // when it came: where fewer are open, the event will not come
    bool result;
    std::string text;
  };

  // Of a call that is open, and will be told as a whole.
  struct Arguments {
    std::uint64_t call_id;
    std::string text;
  };

  void keep_captured(Captured captured);
  void forget_captured_of_gone();
  std::string arguments_of(const Open& open) const;
  std::string take_captured(const DecidedFunction& function, bool result);
  bool close_unknown();
  void note_unknown_changed();
  void close(writers::Stage stage, const writers::Exception* exception, std::int64_t time_ns,
             std::string_view result = {});
  std::uint64_t root_call_id() const;
  std::uint32_t recorded_depth() const;

  CallSink& sink_;
  std::uint32_t trace_depth_;
  bool whole_calls_;
  const CallStack* below_ = nullptr;
  const ActiveSpan* active_ = nullptr;
  std::vector<Open> open_;
  bool touched_ = false;             // something else than open_ changed since save()
  std::size_t saved_ = 0;            // so many of the outermost are as save() saw them
  std::uint64_t innermost_ = 0;      // call id of the innermost recorded call
  std::uint32_t recorded_ = 0;       // recorded calls open
  std::uint64_t root_ = 0;           // call id of the outermost of their trace, while there are any
  std::vector<ActiveSpan> actives_;  // of the recorded calls that are open, when they began
  std::vector<InFlight> in_flight_;
  std::vector<Captured> captured_;    // empty as a rule; at most kMostCaptured
  std::vector<Arguments> arguments_;  // outermost first
  std::uint64_t unmatched_ends_ = 0;
};

}  // namespace glimpse::collector
