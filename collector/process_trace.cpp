#include "collector/process_trace.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "collector/exception_type.h"
#include "collector/futex.h"

namespace glimpse::collector {

namespace {

constexpr std::size_t kMostOpenCalls = 1000;

std::string host_name() {
  char name[256] = {0};
  gethostname(name, sizeof(name) - 1);
  return name;
}

std::vector<std::string> split_command(std::string_view command) {
  std::vector<std::string> arguments;
  while (!command.empty()) {
    const std::size_t end = command.find('\0');
    arguments.emplace_back(command.substr(0, end));
    if (end == std::string_view::npos) break;
    command.remove_prefix(end + 1);
  }
  return arguments;
}

std::string hex(const std::uint8_t* bytes, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += fmt::format("{:02x}", bytes[i]);
  return text;
}

// A text of `bytes` in the payload from word `at` on; cut where the payload ends.
std::string payload_text(const std::vector<std::uint64_t>& payload, std::size_t at, std::size_t bytes) {
  if (at >= payload.size()) return {};
  const std::size_t most = (payload.size() - at) * sizeof(std::uint64_t);
  return std::string(reinterpret_cast<const char*>(payload.data() + at), std::min(bytes, most));
}

std::string fixed_text(const char* text, std::size_t most) { return std::string(text, strnlen(text, most)); }

}  // namespace

ProcessTrace::ProcessTrace(SessionContext& context, std::unique_ptr<ProcessView> view, writers::Writer& writer,
                           std::uint64_t earlier_calls)
    : context_(context),
      view_(std::move(view)),
      writer_(writer),
      pid_(view_->header().pid),
      clock_(view_->header(), context.rate),
      functions_(1, nullptr),
      first_call_id_(earlier_calls),
      last_call_id_(earlier_calls) {
  view_->header().depth_limit.store(context_.settings.policy.trace_depth, std::memory_order_relaxed);
  write_process_record(pid_, view_->header().ppid, view_->header().start_realtime_ns);
}

void ProcessTrace::write_process_record(std::uint32_t pid, std::uint32_t ppid, std::int64_t time_ns) {
  wire::ProcessHeader& header = view_->header();
  const policy::Policy& policy = context_.settings.policy;
  writers::Process record;
  record.entry_id = context_.next_entry_id++;
  record.timestamp_ns = time_ns;
  record.pid = pid;
  record.ppid = ppid;
  record.command = split_command(view_->command());
  record.executable = view_->executable();
  record.cwd = view_->cwd();
  record.host = host_name();
  record.glimpse_version = GLIMPSE_VERSION;
  record.clock = header.clock == wire::ClockKind::kTsc ? "tsc" : "monotonic";
  record.policy = policy.path.empty() ? "built-in" : policy.path;
  record.policy_name = policy.name;
  record.policy_sha256 = policy.sha256;
  record.service = context_.settings.service;
  record.environment = context_.settings.environment;
  writer_.process(record);
  ++context_.records;
  last_time_ns_ = std::max(last_time_ns_, record.timestamp_ns);
}

void ProcessTrace::decide_functions() {
  const std::uint32_t count = view_->function_count();
  while (decided_ < count) {
    const std::uint32_t id = decided_ + 1;
    if (view_->function(id).module.load(std::memory_order_acquire) == 0) return;  // still being written
    function(id);
    decided_ = id;
  }
}

const DecidedFunction& ProcessTrace::function(std::uint32_t id) {
  if (id < functions_.size() && functions_[id] != nullptr) [[likely]]
    return *functions_[id];
  if (id == 0 || id > view_->function_count()) return context_.binaries.unknown_function(0);
  if (id >= functions_.size()) functions_.resize(id + 1, nullptr);
  const wire::FunctionEntry& entry = view_->function(id);
  const wire::ModuleEntry* module = view_->module(entry.module.load(std::memory_order_acquire));
  const DecidedFunction* decided = nullptr;
  if (module == nullptr) {
    decided = &context_.binaries.unknown_function(entry.address);
  } else {
    const std::string_view path(module->path, std::min<std::size_t>(module->path_bytes, sizeof(module->path)));
    const std::size_t id_bytes = std::min<std::size_t>(module->build_id_bytes, sizeof(module->build_id));
    decided = &context_.binaries.function_at(path, hex(module->build_id, id_bytes), entry.address - module->bias);
    for (const std::string& problem : context_.binaries.take_problems()) {
      write_notice(0, "names", problem, 0, last_time_ns_);
    }
  }
  functions_[id] = decided;
  view_->decide(id, decided->recorded ? wire::Decision::kRecord : wire::Decision::kSkip);
  return *decided;
}

void ProcessTrace::find_lanes() {
  const std::uint32_t count = view_->ring_count();
  if (lanes_.size() < count) lanes_.resize(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (lanes_[i] == nullptr || !lanes_[i]->active) open_lane(i);
  }
}

void ProcessTrace::open_lane(std::uint32_t ring_index) {
  wire::RingHeader& header = view_->ring(ring_index);
  const wire::RingState state = header.state.load(std::memory_order_acquire);
  if (state != wire::RingState::kActive && state != wire::RingState::kEnded) return;
  lanes_[ring_index] =
      std::make_unique<Lane>(RingReader(header, view_->ring_words(ring_index), view_->ring_capacity_words()),
                             static_cast<CallSink&>(*this), context_.settings.policy.trace_depth);
  Lane& lane = *lanes_[ring_index];
  lane.pid = header.pid == 0 ? pid_ : header.pid;
  lane.tid = header.tid;
  lane.index = header.lane;
  lane.name = fixed_text(header.name, sizeof(header.name));
  lane.active = true;
  if (lane.index == 0) {
    threads_ += is_guest(lane) ? 0 : 1;
    return;
  }
  for (const auto& other : lanes_) {
    if (other != nullptr && other->active && other->tid == lane.tid && other->index + 1 == lane.index) {
      lane.stack.lie_on(&other->stack);
    }
  }
  thread_time_ns_.try_emplace(lane.tid, 0);
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
  while (count < most && writer_.buffered_bytes() < enough_bytes) {
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
    } while (count < most && writer_.buffered_bytes() < enough_bytes && peek(*earliest) &&
             earliest->peeked_ns <= others_ns);
  }
  return count;
}

void ProcessTrace::handle(Lane& lane, const RingRecord& record, std::int64_t time_ns) {
  current_ = &lane;
  last_time_ns_ = std::max(last_time_ns_, time_ns);
  switch (record.kind) {
    case wire::EventKind::kStart:
      lane.stack.start(function(record.function), time_ns);
      break;
    case wire::EventKind::kEnd:
      lane.stack.end(function(record.function), time_ns);
      break;
    default:
      handle_record(lane, record, time_ns);
  }
}

void ProcessTrace::handle_record(Lane& lane, const RingRecord& record, std::int64_t time_ns) {
  const std::vector<std::uint64_t>& payload = *record.payload;
  const auto word = [&](std::size_t i) { return i < payload.size() ? payload[i] : 0; };
  switch (record.type) {
    case wire::RecordType::kThrow: {
      const auto type_bytes = static_cast<std::uint32_t>(word(1));
      const auto what_bytes = static_cast<std::uint32_t>(word(1) >> 32);
      const bool has_what = what_bytes != wire::kNoWhat;
      lane.stack.thrown(word(0), exception_type(payload_text(payload, 2, type_bytes)),
                        payload_text(payload, 2 + wire::words_for(type_bytes), has_what ? what_bytes : 0), has_what);
      break;
    }
    case wire::RecordType::kCatch:
      lane.stack.caught(word(0));
      break;
    case wire::RecordType::kLeave: {
      const auto reason = static_cast<wire::LeaveReason>(word(0) >> 32);
      lane.stack.left(static_cast<std::uint32_t>(word(0)),
                      reason == wire::LeaveReason::kUnwound  ? CallStack::Left::kUnwound
                      : reason == wire::LeaveReason::kForced ? CallStack::Left::kForced
                                                             : CallStack::Left::kOtherwise,
                      time_ns);
      break;
    }
    case wire::RecordType::kLost: {
      // The calls are gone. The ends are told here, later than they were: nothing of them is missing but their time.
      lane.stack.left(word(1), CallStack::Left::kOtherwise, time_ns);
      late_ends_ += word(1);
      write_notice(
          lane.tid, "dropped",
          fmt::format("the ring was full: {} calls before this were lost, {} ends are told late", word(0), word(1)),
          2 * word(0), time_ns);
      break;
    }
    case wire::RecordType::kRename:
      lane.name = fixed_text(reinterpret_cast<const char*>(payload.data()), payload.size() * sizeof(std::uint64_t));
      if (lane.announced) write_thread_record(lane, time_ns);
      break;
    default:
      break;  // of a later version: skipped, as the format allows
  }
}

void ProcessTrace::emit(writers::Call& call) {
  Lane& lane = *current_;
  if (!thread_time_ns_.empty()) {  // handlers inside hooks: one thread, several lanes
    if (const auto found = thread_time_ns_.find(lane.tid); found != thread_time_ns_.end()) {
      call.timestamp_ns = std::max(call.timestamp_ns, found->second);
      found->second = call.timestamp_ns;
    }
  }
  if (!lane.announced) write_thread_record(lane, call.timestamp_ns);
  call.entry_id = context_.next_entry_id++;
  call.pid = lane.pid;
  call.tid = lane.tid;
  call.level = call.stage == writers::Stage::kException ? writers::Level::kError : context_.settings.level;
  writer_.call(call);
  if (is_guest(lane)) {
    ++lane.records;
    if (call.stage == writers::Stage::kStart) ++lane.calls;
  } else {
    ++log_entries_;
  }
  ++context_.records;
}

void ProcessTrace::write_thread_record(Lane& lane, std::int64_t time_ns) {
  if (lane.index != 0) {
    lane.announced = true;
    return;
  }
  if (is_guest(lane) && !lane.announced) {
    guests_.insert(lane.pid);
    write_process_record(lane.pid, pid_, time_ns);
  }
  lane.announced = true;
  writers::Thread record;
  record.entry_id = context_.next_entry_id++;
  record.timestamp_ns = time_ns;
  record.pid = lane.pid;
  record.tid = lane.tid;
  record.name = lane.name;
  writer_.thread(record);
  ++context_.records;
}

void ProcessTrace::write_notice(std::uint32_t tid, std::string_view reason, const std::string& message,
                                std::uint64_t dropped, std::int64_t time_ns) {
  writers::Notice record;
  record.entry_id = context_.next_entry_id++;
  record.timestamp_ns = time_ns;
  record.pid = pid_;
  record.tid = tid;
  record.reason = reason;
  record.message = message;
  record.dropped = dropped;
  writer_.notice(record);
  ++context_.records;
}

// The thread is gone and its events are consumed: what its ring has counted, and the ring for another thread.
void ProcessTrace::close_lane(Lane& lane) {
  wire::RingHeader& header = lane.reader.header();
  lost_full_ +=
      2 * header.lost_starts.load(std::memory_order_relaxed) + header.lost_ends.load(std::memory_order_relaxed);
  unmatched_ends_ += lane.stack.unmatched_ends();
  if (is_guest(lane)) write_guest_summary(lane);
  lane.active = false;
  for (const auto& other : lanes_) {  // a handler's lane may end after the one it lies on
    if (other != nullptr && other->stack.lies_on(lane.stack)) other->stack.lie_on(nullptr);
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
  record.entry_id = context_.next_entry_id++;
  record.timestamp_ns = lane.last_ns;
  record.pid = lane.pid;
  record.calls = lane.calls;
  record.records = lane.records;
  record.threads = 1;
  writer_.summary(record);
  ++context_.records;
  guest_calls_ += lane.calls;
}

void ProcessTrace::list_open_calls(const Lane& lane, writers::Summary& record) {
  lane.stack.each_open([&](std::uint64_t call_id, const writers::Function& function) {
    ++record.open_calls;
    if (record.open.size() < kMostOpenCalls) record.open.push_back({lane.tid, call_id, &function});
  });
}

void ProcessTrace::release() {
  for (const auto& lane : lanes_) {
    if (lane == nullptr || !lane->active) continue;
    wire::RingHeader& header = lane->reader.header();
    const bool ended = header.state.load(std::memory_order_acquire) == wire::RingState::kEnded;
    const bool drained = lane->reader.drained();
    if (lane->reader.release() || drained) {
      const std::uint64_t used =
          header.head.load(std::memory_order_relaxed) - header.tail.load(std::memory_order_relaxed);
      if (header.waiting.load(std::memory_order_seq_cst) != 0 && (drained || used < view_->ring_capacity_words() / 2)) {
        header.tail_bell.fetch_add(1, std::memory_order_seq_cst);
        wake(header.tail_bell);
      }
    }
    if (ended && drained && !lane->reader.broken()) {
      close_lane(*lane);
      header.state.store(wire::RingState::kFree, std::memory_order_release);
    }
  }
}

void ProcessTrace::bend_clock() { clock_.bend(context_.rate.measured_at_ticks(), context_.rate.ns_per_tick()); }

void ProcessTrace::finish(ProcessEnd end) {
  finished_ = true;
  writers::Summary record;
  for (const auto& lane : lanes_) {
    if (lane == nullptr || !lane->active) continue;
    if (!is_guest(*lane)) list_open_calls(*lane, record);
    if (lane->reader.broken()) {
      write_notice(lane->tid, "damaged", "the ring holds what glimpse never wrote; the rest of it is lost", 0,
                   last_time_ns_);
    }
    close_lane(*lane);
  }
  wire::ProcessHeader& header = view_->header();
  const std::pair<const char*, std::uint64_t> losses[] = {
      {"ring_full", lost_full_ - std::min(lost_full_, late_ends_)},
      {"no_ring", 2 * header.lost_threads.load(std::memory_order_relaxed)},
      {"table_full", 2 * header.lost_functions.load(std::memory_order_relaxed)},
      {"nested_too_deeply", 2 * header.lost_nested.load(std::memory_order_relaxed)},
  };
  for (const auto& [reason, count] : losses) {
    if (count > 0) record.dropped.emplace_back(reason, count);
    context_.dropped += count;
  }
  if (unmatched_ends_ > 0) {
    write_notice(0, "unmatched", fmt::format("{} ends without their start", unmatched_ends_), 0, last_time_ns_);
  }
  record.entry_id = context_.next_entry_id++;
  record.timestamp_ns = last_time_ns_;
  record.pid = pid_;
  record.calls = last_call_id_ - first_call_id_ - guest_calls_;
  record.records = log_entries_;
  record.threads = threads_;
  record.exit_status = end.exit_status;
  record.signal = end.signal;
  writer_.summary(record);
  ++context_.records;
}

}  // namespace glimpse::collector
