#include "collector/process_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "collector/captured_text.h"
#include "collector/exception_type.h"
#include "collector/futex.h"
#include "collector/payload_reader.h"

namespace glimpse::collector {

namespace {

constexpr std::size_t kMostOpenCalls = 1000;

// A text of `bytes` in the payload from word `at` on; cut where the payload ends.
std::string payload_text(const std::vector<std::uint64_t>& payload, std::size_t at, std::size_t bytes) {
  if (at >= payload.size()) return {};
  const std::size_t most = (payload.size() - at) * sizeof(std::uint64_t);
  return std::string(reinterpret_cast<const char*>(payload.data() + at), std::min(bytes, most));
}

std::string fixed_text(const char* text, std::size_t most) { return std::string(text, strnlen(text, most)); }

}  // namespace

ProcessTrace::ProcessTrace(SessionContext& context, std::unique_ptr<ProcessView> view, writers::Writer& writer,
                           std::uint64_t earlier_calls, std::uint32_t pid)
    : context_(context),
      view_(std::move(view)),
      records_(context, writer),
      pid_(pid != 0 ? pid : view_->header().pid),
      clock_(view_->header(), context.rate),
      functions_(context.binaries, *view_),
      stacks_(functions_, *view_),
      told_(records_, stacks_),
      first_call_id_(earlier_calls),
      last_call_id_(earlier_calls) {
  view_->set_policy_depth(context_.settings.policy.trace_depth);
  last_time_ns_ = view_->header().start_realtime_ns;
  records_.process(*view_, pid_, view_->header().ppid, last_time_ns_);
}

ProcessTrace::ProcessTrace(SessionContext& context, std::unique_ptr<ProcessView> view, writers::Writer& writer,
                           const ProcessState& state)
    : context_(context),
      view_(std::move(view)),
      records_(context, writer),
      pid_(state.pid),
      clock_(view_->header(), context.rate),
      functions_(context.binaries, *view_),
      stacks_(functions_, *view_),
      told_(records_, stacks_),
      first_call_id_(state.first_call_id),
      last_call_id_(state.last_call_id),
      log_entries_(state.log_entries),
      threads_(state.threads),
      guest_calls_(state.guest_calls),
      guests_(state.guests.begin(), state.guests.end()),
      lost_full_(state.lost_full),
      late_ends_(state.late_ends),
      unmatched_ends_(state.unmatched_ends),
      lost_records_(state.lost_records),
      last_time_ns_(state.last_time_ns),
      finished_(state.finished != 0) {
  view_->set_policy_depth(context_.settings.policy.trace_depth);
  clock_.restore(state.clock);
  told_.restore(state);
  for (const ThreadTime& time : state.thread_times) thread_time_ns_[time.tid] = time.ns;
  for (const LaneState& lane : state.lanes) {
    if (lane.ring < view_->ring_count()) restore_lane(lane);
  }
}

void ProcessTrace::restore_lane(const LaneState& state) {
  if (lanes_.size() <= state.ring) lanes_.resize(state.ring + std::size_t{1});
  lanes_[state.ring] = make_lane(state.ring);
  Lane& lane = *lanes_[state.ring];
  lane.pid = state.pid;
  lane.tid = state.tid;
  lane.index = state.index;
  lane.name = state.name;
  lane.calls = state.calls;
  lane.records = state.records;
  lane.announced = state.announced != 0;
  lane.ended = state.ended != 0;
  lane.last_ns = state.last_ns;
  lane.late_ends = state.late_ends;
  lane.active_span = {{state.trace_high, state.trace_low}, state.span_id};
  if (!state.block.empty()) lane.block = &context_.binaries.block(state.block);
  const auto function_of = [this](std::uint32_t id, const std::string& block) -> const DecidedFunction& {
    return block.empty() ? functions_[id] : context_.binaries.block(block);
  };
  lane.stack.restore(state.stack, function_of);
  for (const FiberState& fiber : state.fibers) fiber_of(lane, fiber.number).restore(fiber.stack, function_of);
  lane.running_number = state.running;
  lane.running = state.running == 0 ? &lane.stack : &fiber_of(lane, state.running);
  const wire::RingHeader& header = lane.reader.header();
  const wire::RingState ring_state = header.state.load(std::memory_order_acquire);
  const bool same_thread = header.tid == state.tid && lane.reader.resume(state.position, state.epoch);
  lane.active = state.active != 0 && same_thread;
  // Closed by the one before us, who was killed before it gave the ring back.
  lane.to_free = state.active == 0 && same_thread && ring_state == wire::RingState::kEnded && lane.reader.drained();
  if (lane.active) lay_in_order(lane);
}

std::optional<ProcessState> ProcessTrace::save(bool whole) {
  ProcessState state;
  for (std::uint32_t i = 0; i < lanes_.size(); ++i) {
    if (lanes_[i] == nullptr) continue;
    Lane& lane = *lanes_[i];
    const Lane::Saved now{lane.reader.position(), lane.active, lane.ended};
    if (!whole && now == lane.saved) continue;
    lane.saved = now;
    state.lanes.push_back(save_lane(i, whole));
  }
  if (!whole && saved_ && state.lanes.empty() && !told_.changed() && finished_ == saved_finished_) return std::nullopt;
  saved_ = true;
  saved_finished_ = finished_;
  state.pid = pid_;
  state.finished = finished_ ? 1 : 0;
  state.first_call_id = first_call_id_;
  state.last_call_id = last_call_id_;
  state.log_entries = log_entries_;
  state.threads = threads_;
  state.guest_calls = guest_calls_;
  state.lost_full = lost_full_;
  state.late_ends = late_ends_;
  state.unmatched_ends = unmatched_ends_;
  state.lost_records = lost_records_;
  state.last_time_ns = last_time_ns_;
  state.clock = clock_.save();
  told_.save(whole, state);
  state.guests.assign(guests_.begin(), guests_.end());
  for (const auto& [tid, ns] : thread_time_ns_) state.thread_times.push_back({tid, ns});
  return state;
}

LaneState ProcessTrace::save_lane(std::uint32_t ring_index, bool whole) {
  Lane& lane = *lanes_[ring_index];
  LaneState state;
  state.ring = ring_index;
  state.pid = lane.pid;
  state.tid = lane.tid;
  state.index = lane.index;
  state.active = lane.active ? 1 : 0;
  state.announced = lane.announced ? 1 : 0;
  state.ended = lane.ended ? 1 : 0;
  state.calls = lane.calls;
  state.records = lane.records;
  state.last_ns = lane.last_ns;
  state.late_ends = lane.late_ends;
  state.position = lane.reader.position();
  state.epoch = lane.reader.epoch();
  state.name = lane.name;
  state.trace_high = lane.active_span.trace.high;
  state.trace_low = lane.active_span.trace.low;
  state.span_id = lane.active_span.span_id;
  if (lane.block != nullptr) state.block = block_text(lane.block->function);
  const auto id_of = [this](const DecidedFunction& function) { return functions_.id_of(function); };
  state.stack = lane.stack.save(whole, id_of);
  state.running = lane.running_number;
  state.gone = std::exchange(lane.gone_fibers, {});
  for (auto& [number, fiber] : lane.fibers) {
    if (whole || fiber.changed()) state.fibers.push_back({number, fiber.save(whole, id_of)});
  }
  return state;
}

void ProcessTrace::decide_functions() {
  functions_.decide_new();
  for (const std::string& problem : context_.binaries.take_problems()) {
    records_.notice(pid_, 0, "names", problem, 0, last_time_ns_);
  }
  for (const std::string& hidden : context_.binaries.take_hidden_exceptions()) {
    records_.notice(pid_, 0, "exceptions", hidden, 0, last_time_ns_);
  }
  for (std::string& missing : context_.binaries.take_missing()) {
    records_.notice(pid_, 0, "policy", missing, 0, last_time_ns_);
    context_.warnings.push_back(std::move(missing));
  }
}

void ProcessTrace::follow_policy() {
  const policy::Policy& policy = context_.settings.policy;
  hooks_record_more_ = functions_.decide_again() || hooks_record_more_;
  view_->set_policy_depth(hooks_record_more_ ? wire::kUnlimitedDepth : policy.trace_depth);
  for (const auto& lane : lanes_) {
    if (lane == nullptr) continue;
    lane->stack.set_trace_depth(policy.trace_depth);
    for (auto& [number, fiber] : lane->fibers) fiber.set_trace_depth(policy.trace_depth);
  }
  tell("policy", fmt::format("from here on the policy is {} (sha256 {})", policy.path, policy.sha256));
}

void ProcessTrace::find_lanes() {
  const std::uint32_t count = view_->ring_count();
  if (lanes_.size() < count) lanes_.resize(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (lanes_[i] == nullptr || !(lanes_[i]->active || lanes_[i]->to_free)) open_lane(i);
  }
}

std::unique_ptr<ProcessTrace::Lane> ProcessTrace::make_lane(std::uint32_t ring_index) {
  auto lane = std::make_unique<Lane>(
      RingReader(view_->ring(ring_index), view_->ring_words(ring_index), view_->ring_capacity_words()), empty_stack());
  lane->stack.follow(&lane->active_span);
  return lane;
}

void ProcessTrace::open_lane(std::uint32_t ring_index) {
  wire::RingHeader& header = view_->ring(ring_index);
  const wire::RingState state = header.state.load(std::memory_order_acquire);
  if (state != wire::RingState::kActive && state != wire::RingState::kEnded) return;
  lanes_[ring_index] = make_lane(ring_index);
  Lane& lane = *lanes_[ring_index];
  lane.pid = header.pid == 0 || header.pid == view_->header().pid ? pid_ : header.pid;
  lane.tid = header.tid;
  lane.index = header.lane;
  lane.name = fixed_text(header.name, sizeof(header.name));
  lane.active = true;
  if (lane.index != 0) thread_time_ns_.try_emplace(lane.tid, 0);
  lay_in_order(lane);
}

// A handler's lane lies on the lane it interrupted, whichever of them is found first.
void ProcessTrace::lay_in_order(Lane& lane) {
  for (const auto& other : lanes_) {
    if (other == nullptr || !other->active || other->tid != lane.tid) continue;
    if (other->index + 1 == lane.index) lane.stack.lie_on(other->running);
    if (lane.index + 1 == other->index) other->stack.lie_on(lane.running);
  }
}

std::size_t ProcessTrace::active_lanes() const {
  return static_cast<std::size_t>(
      std::count_if(lanes_.begin(), lanes_.end(), [](const auto& lane) { return lane != nullptr && lane->active; }));
}

// Shows the lane's next record, and its time. Within a lane time never runs backwards, whatever the clock did.
bool ProcessTrace::peek(Lane& lane) {
  const RingRecord* record = lane.reader.peek();
  if (record == nullptr) return false;
  lane.peeked_ns = std::max(clock_.to_realtime_ns(record->ticks), lane.last_ns);
  return true;
}

std::int64_t ProcessTrace::now_ns() const { return clock_.now_realtime_ns(); }

bool ProcessTrace::next_time(std::int64_t& time_ns) {
  bool found = false;
  for (const auto& lane : lanes_) {
    if (lane == nullptr || !lane->active || !peek(*lane)) continue;
    if (!found || lane->peeked_ns < time_ns) time_ns = lane->peeked_ns;
    found = true;
  }
  return found;
}

std::uint64_t ProcessTrace::consume(std::int64_t until_ns, std::uint64_t most, std::size_t enough_bytes) {
  std::uint64_t count = 0;
  while (count < most && writer().buffered_bytes() < enough_bytes) {
    // The lane with the earliest record, and how far it may go before another lane's turn.
    Lane* earliest = nullptr;
    std::int64_t others_ns = until_ns;
    for (const auto& lane : lanes_) {
      if (lane == nullptr || !lane->active) continue;
      if (is_guest(*lane)) finish_guest(*lane);
      if (!peek(*lane) || lane->peeked_ns > until_ns) continue;
      if (earliest == nullptr || lane->peeked_ns < earliest->peeked_ns) {
        if (earliest != nullptr) others_ns = std::min(others_ns, earliest->peeked_ns);
        earliest = lane.get();
      } else {
        others_ns = std::min(others_ns, lane->peeked_ns);
      }
    }
    if (earliest == nullptr) break;
    do {
      const std::int64_t time_ns = earliest->peeked_ns;
      earliest->last_ns = time_ns;
      handle(*earliest, *earliest->reader.peek(), time_ns);
      earliest->reader.advance();
      ++count;
    } while (count < most && writer().buffered_bytes() < enough_bytes && peek(*earliest) &&
             earliest->peeked_ns <= others_ns);
  }
  return count;
}

void ProcessTrace::handle(Lane& lane, const RingRecord& record, std::int64_t time_ns) {
  current_ = &lane;
  if (!thread_time_ns_.empty()) {  // handlers inside hooks: one thread, several lanes
    if (const auto found = thread_time_ns_.find(lane.tid); found != thread_time_ns_.end()) {
      time_ns = std::max(time_ns, found->second);
      found->second = time_ns;
    }
  }
  last_time_ns_ = std::max(last_time_ns_, time_ns);
  switch (record.kind) {
    case wire::EventKind::kStart:
      lane.running->start(function_of(lane, record.function), time_ns);
      break;
    case wire::EventKind::kEnd:
      if (record.function == wire::kBlockFunction) [[unlikely]] {
        lane.running->end_block(time_ns);
      } else {
        lane.running->end(functions_[record.function], time_ns);
      }
      break;
    case wire::EventKind::kNone:
      handle_gap(lane, *record.gap, time_ns);
      break;
    default:
      handle_record(lane, record, time_ns);
  }
}

const DecidedFunction& ProcessTrace::function_of(const Lane& lane, wire::FunctionId id) {
  if (id == wire::kBlockFunction && lane.block != nullptr) [[unlikely]]
    return *lane.block;
  return functions_[id];
}

const DecidedFunction& ProcessTrace::block_of(const RingRecord& record) {
  PayloadReader payload(*record.payload);
  const auto told = payload.structure<wire::BlockPayload>();
  const std::string name = payload.text(told.name_bytes);
  const std::string label = payload.text(told.label_bytes);
  const std::string file = payload.text(told.file_bytes);
  const std::string_view executable = view_->executable();
  return context_.binaries.block(name, label, executable.substr(executable.rfind('/') + 1), file, told.line);
}

// What the program says of itself.
void ProcessTrace::handle_told(Lane& lane, const RingRecord& record, std::int64_t time_ns) {
  if (!lane.announced) announce(lane, time_ns);
  told_.handle(record, {.pid = lane.pid,
                        .tid = lane.tid,
                        .time_ns = time_ns,
                        .active = lane.active_span,
                        .call_id = lane.running->innermost_call_id(),
                        .call_active = lane.running->innermost_active()});
}

void ProcessTrace::handle_record(Lane& lane, const RingRecord& record, std::int64_t time_ns) {
  const std::vector<std::uint64_t>& payload = *record.payload;
  const auto word = [&](std::size_t i) { return i < payload.size() ? payload[i] : 0; };
  switch (record.type) {
    case wire::RecordType::kThrow: {
      const auto type_bytes = static_cast<std::uint32_t>(word(1));
      const auto what_bytes = static_cast<std::uint32_t>(word(1) >> 32);
      const bool has_what = what_bytes != wire::kNoWhat;
      const std::size_t stack =
          2 + std::size_t{wire::words_for(type_bytes)} + (has_what ? wire::words_for(what_bytes) : 0);
      std::vector<std::uint64_t> frames;
      if (stack < payload.size()) frames.assign(payload.begin() + static_cast<std::ptrdiff_t>(stack), payload.end());
      lane.running->thrown(word(0), exception_type(payload_text(payload, 2, type_bytes)),
                           payload_text(payload, 2 + wire::words_for(type_bytes), has_what ? what_bytes : 0), has_what,
                           std::move(frames));
      break;
    }
    case wire::RecordType::kCatch:
      lane.running->caught(word(0));
      break;
    case wire::RecordType::kLeave: {
      const auto reason = static_cast<wire::LeaveReason>(word(0) >> 32);
      lane.running->left(static_cast<std::uint32_t>(word(0)),
                         reason == wire::LeaveReason::kUnwound  ? CallStack::Left::kUnwound
                         : reason == wire::LeaveReason::kForced ? CallStack::Left::kForced
                                                                : CallStack::Left::kOtherwise,
                         time_ns);
      break;
    }
    case wire::RecordType::kArguments:
    case wire::RecordType::kResult: {
      const DecidedFunction& function = functions_[static_cast<std::uint32_t>(word(0))];
      const bool wanted = record.type == wire::RecordType::kArguments ? function.capture.args : function.capture.result;
      if (!wanted) break;  // the plugin was given another policy, or could not know the binary's name
      std::string text = captured_text(payload_text(payload, 1, word(0) >> 32));
      if (record.type == wire::RecordType::kArguments) {
        lane.running->arguments(function, std::move(text));
      } else {
        lane.running->result(function, std::move(text));
      }
      break;
    }
    case wire::RecordType::kLost: {
      // The calls are gone. The ends are told here, later than they were: nothing of them is missing but their time.
      lane.running->left(word(1), CallStack::Left::kOtherwise, time_ns);
      lane.running->forget_captured();
      late_ends_ += word(1);
      lane.late_ends += word(1);
      tell_losses(
          lane, word(0),
          fmt::format("the ring was full: {} calls before this were lost, {} ends are told late", word(0), word(1)),
          time_ns);
      break;
    }
    case wire::RecordType::kRename:
      lane.name = fixed_text(reinterpret_cast<const char*>(payload.data()), payload.size() * sizeof(std::uint64_t));
      if (lane.announced) announce(lane, time_ns);
      break;
    case wire::RecordType::kSwitch:
      switch_stack(lane, static_cast<std::uint32_t>(word(0)));
      break;
    case wire::RecordType::kContext:
      lane.active_span = {{word(0), word(1)}, word(2)};
      break;
    case wire::RecordType::kBlock:
      lane.block = &block_of(record);
      break;
    default:
      if (ProgramRecords::takes(record.type)) handle_told(lane, record, time_ns);
      break;  // others are of a later version: skipped, as the format allows
  }
}

CallStack& ProcessTrace::fiber_of(Lane& lane, std::uint32_t number) {
  const auto [fiber, fresh] = lane.fibers.try_emplace(number, empty_stack());
  if (fresh) fiber->second.follow(&lane.active_span);
  return fiber->second;
}

// The thread goes on with another of its stacks. One that is left without open calls is forgotten.
void ProcessTrace::switch_stack(Lane& lane, std::uint32_t number) {
  if (number == lane.running_number) return;
  CallStack& left = *lane.running;
  const std::uint32_t left_number = lane.running_number;
  lane.running_number = number;
  lane.running = number == 0 ? &lane.stack : &fiber_of(lane, number);
  for (const auto& other : lanes_) {
    if (other != nullptr && other->stack.lies_on(left)) other->stack.lie_on(lane.running);
  }
  if (left_number != 0 && !left.has_open()) {
    unmatched_ends_ += left.unmatched_ends();
    lane.fibers.erase(left_number);
    lane.gone_fibers.push_back(left_number);
  }
}

// The thread took its oldest events back, as nobody had read them. Ends among them are told here, later than they were.
void ProcessTrace::handle_gap(Lane& lane, const wire::Gap& gap, std::int64_t time_ns) {
  std::uint64_t ends = 0;
  if (gap.stacks_lost != 0) {
    lane.stack.lose_track(time_ns);
    for (auto& [number, fiber] : lane.fibers) fiber.lose_track(time_ns);
    switch_stack(lane, gap.last_number);
  } else {
    for (std::uint32_t i = 0; i < gap.stack_count; ++i) {
      if (i > 0) switch_stack(lane, static_cast<std::uint32_t>(gap.stacks[i].number));
      lane.running->gap(gap.stacks[i].ends, gap.stacks[i].opened, gap.exceptions != 0, time_ns);
      ends += gap.stacks[i].ends;
    }
    if (gap.running > 0) switch_stack(lane, static_cast<std::uint32_t>(gap.stacks[gap.running].number));
  }
  if (gap.renamed != 0) {
    lane.name = fixed_text(reinterpret_cast<const char*>(gap.name), sizeof(gap.name));
    if (lane.announced) announce(lane, time_ns);
  }
  if (gap.context_changed != 0) {
    lane.active_span = {{gap.context.trace_high, gap.context.trace_low}, gap.context.span_id};
  }
  lost_records_ += gap.records;
  const std::uint64_t calls = gap.starts + gap.lost_starts;
  tell_losses(lane, calls,
              fmt::format("the ring was full and its oldest events went: {} calls before this were lost, {} ends are "
                          "told late",
                          calls, ends),
              time_ns);
}

void ProcessTrace::tell_losses(Lane& lane, std::uint64_t calls, const std::string& message, std::int64_t time_ns) {
  lane.reader.header().told_starts.fetch_add(calls, std::memory_order_relaxed);
  records_.notice(lane.pid, lane.tid, "dropped", message, 2 * calls, time_ns);
}

CallStack ProcessTrace::empty_stack() {
  return {static_cast<CallSink&>(*this), context_.settings.policy.trace_depth, context_.settings.whole_calls};
}

std::uint64_t ProcessTrace::begin_call(std::int64_t time_ns) {
  Lane& lane = *current_;
  if (!lane.announced) announce(lane, time_ns);
  if (is_guest(lane)) ++lane.calls;
  return ++last_call_id_;
}

void ProcessTrace::emit(writers::Call& call) {
  Lane& lane = *current_;
  call.pid = lane.pid;
  call.tid = lane.tid;
  records_.call(call);
  if (is_guest(lane)) {
    ++lane.records;
  } else {
    ++log_entries_;
  }
}

// Before a lane's first call, and when its thread is renamed.
void ProcessTrace::announce(Lane& lane, std::int64_t time_ns) {
  const bool first = !std::exchange(lane.announced, true);
  // A handler that interrupted the thread's very first hook comes before it, and tells the thread's name.
  const bool told = std::any_of(lanes_.begin(), lanes_.end(), [&](const auto& other) {
    return other != nullptr && other.get() != &lane && other->active && other->tid == lane.tid && other->announced;
  });
  if (first && told) return;
  if (first && !is_guest(lane)) ++threads_;
  if (first && is_guest(lane)) {
    guests_.insert(lane.pid);
    records_.process(*view_, lane.pid, pid_, time_ns);
  }
  records_.thread(lane.pid, lane.tid, lane.name, time_ns);
}

// The thread is gone, and had no room to tell of the last ends that were lost: its open calls are over all the same.
void ProcessTrace::tell_lost_ends(Lane& lane) {
  const std::uint64_t lost = lane.reader.header().lost_ends.load(std::memory_order_relaxed);
  const std::uint64_t untold = lost - std::min(lost, lane.late_ends);
  const std::uint64_t frames = std::min<std::uint64_t>(untold, lane.running->open_count());
  if (frames == 0) return;
  current_ = &lane;
  lane.running->left(frames, CallStack::Left::kOtherwise, lane.last_ns);
  late_ends_ += frames;
  lane.late_ends += frames;
}

// The thread is gone and its events are consumed: what its ring has counted, and the ring for another thread.
void ProcessTrace::close_lane(Lane& lane) {
  wire::RingHeader& header = lane.reader.header();
  view_->header().lost_in_rings.fetch_add(
      header.lost_starts.load(std::memory_order_relaxed) + lane.reader.overwritten_starts(), std::memory_order_relaxed);
  lost_full_ +=
      2 * header.lost_starts.load(std::memory_order_relaxed) + header.lost_ends.load(std::memory_order_relaxed);
  const std::uint64_t calls = header.lost_starts.load(std::memory_order_relaxed) + lane.reader.overwritten_starts();
  const std::uint64_t told = header.told_starts.load(std::memory_order_relaxed);
  if (calls > told) {  // nothing came behind them in the ring
    tell_losses(lane, calls - told, fmt::format("the ring was full: {} calls at the end were lost", calls - told),
                lane.last_ns);
  }
  overwritten_ += 2 * lane.reader.overwritten_starts();
  buried_ += 2 * lane.reader.buried_starts();
  unmatched_ends_ += lane.stack.unmatched_ends();
  for (const auto& [number, fiber] : lane.fibers) unmatched_ends_ += fiber.unmatched_ends();
  if (is_guest(lane)) write_guest_summary(lane);
  lane.active = false;
  for (const auto& other : lanes_) {  // a handler's lane may end after the one it lies on
    if (other != nullptr && other->stack.lies_on(*lane.running)) other->stack.lie_on(nullptr);
  }
}

bool ProcessTrace::has_guest(std::uint32_t pid) const {
  return std::any_of(lanes_.begin(), lanes_.end(), [&](const auto& lane) {
    return lane != nullptr && lane->active && !lane->ended && lane->pid == pid;
  });
}

// Where a vfork child has left its parent's memory, and its records are consumed: its summary, before what the parent
// did after it.
void ProcessTrace::finish_guest(Lane& lane) {
  if (lane.reader.header().state.load(std::memory_order_acquire) != wire::RingState::kEnded) return;
  if (lane.reader.drained()) write_guest_summary(lane);
}

void ProcessTrace::write_guest_summary(Lane& lane) {
  if (lane.ended) return;
  lane.ended = true;
  if (!lane.announced) return;  // nothing of it was recorded
  writers::Summary record;
  list_open_calls(lane, record);
  record.timestamp_ns = lane.last_ns;
  record.pid = lane.pid;
  record.calls = lane.calls;
  record.records = lane.records;
  record.threads = 1;
  records_.summary(record);
  guest_calls_ += lane.calls;
}

void ProcessTrace::list_open_calls(const Lane& lane, writers::Summary& record) {
  const auto list = [&](std::uint64_t call_id, const writers::Function& function) {
    ++record.open_calls;
    if (record.open.size() < kMostOpenCalls) record.open.push_back({lane.tid, call_id, &function});
  };
  lane.stack.each_open(list);
  for (const auto& [number, fiber] : lane.fibers) fiber.each_open(list);
}

void ProcessTrace::close_ended() {
  for (const auto& lane : lanes_) {
    if (lane == nullptr || !lane->active || lane->reader.broken()) continue;
    if (lane->reader.header().state.load(std::memory_order_acquire) != wire::RingState::kEnded) continue;
    if (!lane->reader.drained()) continue;
    tell_lost_ends(*lane);
    close_lane(*lane);
    lane->to_free = true;
  }
}

std::size_t ProcessTrace::ended_threads() const {
  return static_cast<std::size_t>(std::ranges::count_if(lanes_, [](const auto& lane) {
    return lane != nullptr && lane->active &&
           lane->reader.header().state.load(std::memory_order_relaxed) == wire::RingState::kEnded;
  }));
}

bool ProcessTrace::wants_release() const {
  constexpr std::uint64_t kParts = 4;     // a quarter of a ring
  constexpr std::size_t kMostEnded = 16;  // a thread waits for the ring of another when there are 64 of them
  std::size_t ended = 0;
  for (const auto& lane : lanes_) {
    if (lane == nullptr || !lane->active) continue;
    const wire::RingHeader& header = lane->reader.header();
    const std::uint64_t read = lane->reader.unreleased_words();
    if (read >= view_->ring_capacity_words() / kParts) return true;
    if (read > 0 && header.waiting.load(std::memory_order_relaxed) != 0) return true;
    if (header.state.load(std::memory_order_relaxed) == wire::RingState::kEnded) ++ended;
  }
  return ended >= kMostEnded;
}

void ProcessTrace::release() {
  view_->header().read_calls.store(last_call_id_ - first_call_id_, std::memory_order_relaxed);
  for (const auto& lane : lanes_) {
    if (lane == nullptr || !(lane->active || lane->to_free)) continue;
    wire::RingHeader& header = lane->reader.header();
    // First: to look whether more is there may step over words that no checkpoint knows to be read.
    const bool released = lane->reader.release();
    const bool drained = lane->reader.drained();
    if (released || drained) {
      const std::uint64_t used =
          header.head.load(std::memory_order_relaxed) - header.tail.load(std::memory_order_relaxed);
      if (header.waiting.load(std::memory_order_seq_cst) != 0 && (drained || used < view_->ring_capacity_words() / 2)) {
        header.tail_bell.fetch_add(1, std::memory_order_seq_cst);
        wake(header.tail_bell);
      }
    }
    if (std::exchange(lane->to_free, false)) header.state.store(wire::RingState::kFree, std::memory_order_release);
  }
}

void ProcessTrace::tell(std::string_view reason, const std::string& message) {
  records_.notice(pid_, 0, reason, message, 0, last_time_ns_);
}

void ProcessTrace::bend_clock() { clock_.bend(context_.rate.measured_at_ticks(), context_.rate.ns_per_tick()); }

void ProcessTrace::list_patched(const wire::ProcessHeader& header, writers::Summary& record) {
  // In the order of Refusal, runtime/patching/function_code.h.
  constexpr const char* kReasons[] = {"no_unwind_table", "mapping", "instructions", "jump_table",
                                      "too_large",       "shared",  "target",       "not_writable"};
  static_assert(std::size(kReasons) == wire::kPatchRefusals);
  const auto list = [&record](const char* word, std::uint32_t count) {
    if (count > 0) record.patched.emplace_back(word, count);
  };
  list("calls", header.patched_calls.load(std::memory_order_relaxed));
  for (std::size_t i = 0; i < std::size(kReasons); ++i)
    list(kReasons[i], header.refused_calls[i].load(std::memory_order_relaxed));
}

void ProcessTrace::finish(ProcessEnd end) {
  finished_ = true;
  writers::Summary record;
  for (const auto& lane : lanes_) {
    if (lane == nullptr || !lane->active) continue;
    if (!is_guest(*lane)) list_open_calls(*lane, record);
    if (lane->reader.broken()) {
      records_.notice(lane->pid, lane->tid, "damaged",
                      "the ring holds what glimpse never wrote; the rest of it is lost", 0, last_time_ns_);
    }
    close_lane(*lane);
  }
  told_.finish(last_time_ns_);
  wire::ProcessHeader& header = view_->header();
  const std::pair<const char*, std::uint64_t> losses[] = {
      {"ring_full", lost_full_ - std::min(lost_full_, late_ends_)},
      {"overwritten", overwritten_},
      {"collector_killed", buried_},
      {"no_ring", 2 * header.lost_threads.load(std::memory_order_relaxed)},
      {"table_full", 2 * header.lost_functions.load(std::memory_order_relaxed)},
      {"nested_too_deeply", 2 * header.lost_nested.load(std::memory_order_relaxed)},
      {"spans_and_logs", lost_records_ + header.lost_records.load(std::memory_order_relaxed)},
      {"span_begin_lost", told_.unmatched()},
  };
  for (const auto& [reason, count] : losses) {
    if (count > 0) record.dropped.emplace_back(reason, count);
    context_.dropped += count;
  }
  list_patched(header, record);
  if (unmatched_ends_ > 0) {
    records_.notice(pid_, 0, "unmatched", fmt::format("ends whose start is not in this trace: {}", unmatched_ends_), 0,
                    last_time_ns_);
  }
  record.timestamp_ns = last_time_ns_;
  record.pid = pid_;
  record.calls = last_call_id_ - first_call_id_ - guest_calls_;
  record.records = log_entries_;
  record.threads = threads_;
  record.exit_status = end.exit_status;
  record.signal = end.signal;
  records_.summary(record);
}

}  // namespace glimpse::collector
