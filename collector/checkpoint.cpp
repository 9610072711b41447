#include "collector/checkpoint.h"

#include <algorithm>
#include <concepts>
#include <cstring>
#include <set>
#include <type_traits>
#include <utility>

namespace glimpse::collector {

namespace {

template <typename T>
concept Plain = std::is_arithmetic_v<T>;

// Encoder and Decoder are called with the same members in the same order, by the functions `members` below.
class Encoder {
 public:
  template <Plain T>
  void operator()(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void operator()(const std::string& text) {
    (*this)(static_cast<std::uint64_t>(text.size()));
    bytes_ += text;
  }
  template <typename T>
  void operator()(const std::vector<T>& all) {
    (*this)(static_cast<std::uint64_t>(all.size()));
    for (const T& one : all) (*this)(one);
  }
  template <typename T>
    requires std::is_class_v<T>
  void operator()(const T& one) {
    members(*this, const_cast<T&>(one));
  }

  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : bytes_(bytes) {}

  template <Plain T>
  void operator()(T& value) {
    const std::string_view part = next(sizeof(value));
    if (part.size() == sizeof(value)) std::memcpy(&value, part.data(), sizeof(value));
  }
  void operator()(std::string& text) {
    std::uint64_t size = 0;
    (*this)(size);
    text = next(size);
  }
  template <typename T>
  void operator()(std::vector<T>& all) {
    std::uint64_t size = 0;
    (*this)(size);
    if (size > bytes_.size()) damaged_ = true;  // each takes a byte at least
    for (std::uint64_t i = 0; i < size && !damaged_; ++i) (*this)(all.emplace_back());
  }
  template <typename T>
    requires std::is_class_v<T>
  void operator()(T& one) {
    members(*this, one);
  }

  bool whole() const { return !damaged_ && bytes_.empty(); }

 private:
  std::string_view next(std::uint64_t size) {
    if (damaged_ || size > bytes_.size()) {
      damaged_ = true;
      return {};
    }
    const std::string_view part = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return part;
  }

  std::string_view bytes_;
  bool damaged_ = false;
};

template <typename Archive, typename... Members>
void each(Archive& archive, Members&... all) {
  (archive(all), ...);
}

template <typename Archive>
void members(Archive& archive, OpenCallState& s) {
  each(archive, s.function, s.depth, s.call_id, s.parent_call_id, s.start_ns, s.unknown, s.arguments, s.block,
       s.trace_high, s.trace_low, s.span_id);
}
template <typename Archive>
void members(Archive& archive, InFlightState& s) {
  each(archive, s.exception, s.type, s.what, s.has_what, s.frames);
}
template <typename Archive>
void members(Archive& archive, CapturedState& s) {
  each(archive, s.function, s.open_count, s.result, s.text);
}
template <typename Archive>
void members(Archive& archive, CallStackState& s) {
  each(archive, s.kept, s.open, s.in_flight, s.captured, s.root_call_id, s.unmatched_ends);
}
template <typename Archive>
void members(Archive& archive, FiberState& s) {
  each(archive, s.number, s.stack);
}
template <typename Archive>
void members(Archive& archive, LaneState& s) {
  each(archive, s.ring, s.pid, s.tid, s.index, s.active, s.announced, s.ended, s.calls, s.records, s.last_ns,
       s.late_ends, s.position, s.epoch, s.name, s.stack, s.running, s.gone, s.fibers, s.trace_high, s.trace_low,
       s.span_id, s.block);
}
template <typename Archive>
void members(Archive& archive, FieldState& s) {
  each(archive, s.type, s.word, s.key, s.text);
}
template <typename Archive>
void members(Archive& archive, SpanEventState& s) {
  each(archive, s.time_ns, s.name, s.fields);
}
template <typename Archive>
void members(Archive& archive, SpanLinkState& s) {
  each(archive, s.trace_high, s.trace_low, s.span_id, s.fields);
}
template <typename Archive>
void members(Archive& archive, SpanState& s) {
  each(archive, s.trace_high, s.trace_low, s.span_id, s.parent_span_id, s.parent_call_id, s.parent_call_is_nearest,
       s.remote_parent, s.kind, s.status, s.pid, s.tid, s.start_ns, s.left_out, s.name, s.status_message, s.tracestate,
       s.attributes, s.events, s.links);
}
template <typename Archive>
void members(Archive& archive, ClockState& s) {
  each(archive, s.ticks, s.ns, s.ns_per_tick);
}
template <typename Archive>
void members(Archive& archive, ThreadTime& s) {
  each(archive, s.tid, s.ns);
}
template <typename Archive>
void members(Archive& archive, ProcessState& s) {
  each(archive, s.number, s.pid, s.finished, s.first_call_id, s.last_call_id, s.log_entries, s.threads, s.guest_calls,
       s.lost_full, s.late_ends, s.unmatched_ends, s.last_time_ns, s.clock, s.guests, s.thread_times, s.lanes,
       s.gone_spans, s.spans, s.unmatched_spans, s.lost_records);
}
template <typename Archive>
void members(Archive& archive, TextState& s) {
  each(archive, s.block, s.pid, s.path, s.begin, s.end);
}
template <typename Archive>
void members(Archive& archive, LastCall& s) {
  each(archive, s.pid, s.call_id);
}
template <typename Archive>
void members(Archive& archive, SessionState& s) {
  each(archive, s.whole, s.next_entry_id, s.records, s.dropped, s.processes_seen, s.unreadable, s.known, s.missing,
       s.texts, s.last_calls, s.processes);
}

template <typename List, typename Same>
auto* find(List& list, Same same) {
  const auto found = std::find_if(list.begin(), list.end(), same);
  return found == list.end() ? nullptr : &*found;
}

void apply_stack(CallStackState& stack, CallStackState change) {
  stack.open.resize(std::min<std::size_t>(change.kept, stack.open.size()));
  stack.open.insert(stack.open.end(), change.open.begin(), change.open.end());
  stack.in_flight = std::move(change.in_flight);
  stack.captured = std::move(change.captured);
  stack.root_call_id = change.root_call_id;
  stack.unmatched_ends = change.unmatched_ends;
}

void apply_lane(LaneState& lane, LaneState change) {
  CallStackState stack = std::move(lane.stack);
  apply_stack(stack, std::move(change.stack));
  std::vector<FiberState> fibers = std::move(lane.fibers);
  std::erase_if(fibers, [&](const FiberState& fiber) {
    return std::find(change.gone.begin(), change.gone.end(), fiber.number) != change.gone.end();
  });
  for (FiberState& changed : change.fibers) {
    FiberState* const before = find(fibers, [&](const FiberState& fiber) { return fiber.number == changed.number; });
    if (before == nullptr) {
      fibers.push_back(std::move(changed));
    } else {
      apply_stack(before->stack, std::move(changed.stack));
    }
  }
  lane = std::move(change);
  lane.stack = std::move(stack);
  lane.fibers = std::move(fibers);
  lane.gone.clear();
}

void apply_process(ProcessState& process, ProcessState change) {
  std::vector<LaneState> lanes = std::move(process.lanes);
  for (LaneState& changed : change.lanes) {
    LaneState* const before = find(lanes, [&](const LaneState& lane) { return lane.ring == changed.ring; });
    if (before == nullptr) {
      lanes.push_back(std::move(changed));
      continue;
    }
    apply_lane(*before, std::move(changed));
  }
  std::vector<SpanState> spans = std::move(process.spans);
  const std::set<std::uint64_t> gone(change.gone_spans.begin(), change.gone_spans.end());
  std::erase_if(spans, [&](const SpanState& span) { return gone.contains(span.span_id); });
  for (SpanState& changed : change.spans) {
    SpanState* const before = find(spans, [&](const SpanState& span) { return span.span_id == changed.span_id; });
    if (before == nullptr) {
      spans.push_back(std::move(changed));
    } else {
      *before = std::move(changed);
    }
  }
  process = std::move(change);
  process.lanes = std::move(lanes);
  process.spans = std::move(spans);
  process.gone_spans.clear();
}

}  // namespace

std::string encode(const SessionState& state) {
  Encoder encoder;
  encoder(state);
  return encoder.take();
}

std::optional<SessionState> decode(std::string_view bytes) {
  Decoder decoder(bytes);
  SessionState state;
  decoder(state);
  if (!decoder.whole()) return std::nullopt;
  return state;
}

void apply(SessionState& state, SessionState change) {
  if (change.whole != 0) {
    state = std::move(change);
    return;
  }
  std::vector<ProcessState> processes = std::move(state.processes);
  std::vector<LastCall> last_calls = std::move(state.last_calls);
  std::erase_if(processes, [](const ProcessState& process) { return process.finished != 0; });
  for (ProcessState& changed : change.processes) {
    ProcessState* const before =
        find(processes, [&](const ProcessState& process) { return process.number == changed.number; });
    if (before == nullptr) {
      processes.push_back(std::move(changed));
    } else {
      apply_process(*before, std::move(changed));
    }
  }
  for (const LastCall& changed : change.last_calls) {
    LastCall* const before = find(last_calls, [&](const LastCall& last) { return last.pid == changed.pid; });
    if (before == nullptr) {
      last_calls.push_back(changed);
    } else {
      *before = changed;
    }
  }
  const bool was_whole = state.whole != 0;
  state = std::move(change);
  state.whole = was_whole ? 1 : 0;
  state.processes = std::move(processes);
  state.last_calls = std::move(last_calls);
}

}  // namespace glimpse::collector
