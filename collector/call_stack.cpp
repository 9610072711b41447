#include "collector/call_stack.h"

#include <algorithm>
#include <utility>

#include "glimpse/wire/event.h"
#include "glimpse/wire/record.h"

namespace glimpse::collector {

using writers::Call;
using writers::Stage;

namespace {

constexpr std::uint64_t kAnyNumber = std::uint64_t{1} << 62;  // of calls: more than ever end

constexpr std::size_t kMostCaptured = 64;  // handlers do not nest deeper; a broken program may write any number

}  // namespace

std::uint64_t CallStack::innermost_call_id() const {
  if (recorded_ > 0 || below_ == nullptr) return innermost_;
  return below_->innermost_call_id();
}

const ActiveSpan& CallStack::innermost_active() const {
  static constexpr ActiveSpan kNone;
  if (recorded_ > 0) return actives_.back();
  return below_ == nullptr ? kNone : below_->innermost_active();
}

// Of the recorded calls that are open; 0 where there are none.
std::uint64_t CallStack::root_call_id() const {
  if (recorded_ > 0 || below_ == nullptr) return recorded_ > 0 ? root_ : 0;
  return below_->root_call_id();
}

std::uint32_t CallStack::recorded_depth() const {
  return recorded_ + (below_ == nullptr ? 0 : below_->recorded_depth());
}

void CallStack::arguments(const DecidedFunction& function, std::string text) {
  keep_captured({&function, open_.size(), false, std::move(text)});
}

void CallStack::result(const DecidedFunction& function, std::string text) {
  if (open_.empty() || !is_of(open_.back(), function)) return;
  keep_captured({&function, open_.size(), true, std::move(text)});
}

void CallStack::keep_captured(Captured captured) {
  touched_ = true;
  forget_captured_of_gone();
  std::erase_if(captured_, [&](const Captured& other) {
    return other.function->is(*captured.function) && other.open_count == captured.open_count &&
           other.result == captured.result;
  });
  if (captured_.size() == kMostCaptured) captured_.erase(captured_.begin());
  captured_.push_back(std::move(captured));
}

void CallStack::forget_captured_of_gone() {
  if (captured_.empty()) [[likely]]
    return;
  touched_ = true;
  std::erase_if(captured_, [&](const Captured& captured) { return captured.open_count > open_.size(); });
}

void CallStack::forget_captured() {
  touched_ = touched_ || !captured_.empty();
  captured_.clear();
}

std::string CallStack::take_captured(const DecidedFunction& function, bool result) {
  forget_captured_of_gone();
  const auto found = std::find_if(captured_.begin(), captured_.end(), [&](const Captured& captured) {
    return captured.function->is(function) && captured.open_count == open_.size() && captured.result == result;
  });
  if (found == captured_.end()) return {};
  std::string text = std::move(found->text);
  captured_.erase(found);
  return text;
}

void CallStack::start(const DecidedFunction& function, std::int64_t time_ns) {
  std::string arguments;
  if (!captured_.empty()) [[unlikely]]
    arguments = take_captured(function, false);
  const std::uint32_t depth = recorded_depth();
  if (!function.recorded || depth >= trace_depth_) {
    open_.push_back({&function, 0, 0, 0, time_ns});
    return;
  }
  const Open open{&function, sink_.begin_call(time_ns), innermost_call_id(), depth, time_ns};
  if (recorded_ == 0) {
    const std::uint64_t interrupted = root_call_id();
    root_ = interrupted != 0 ? interrupted : open.call_id;
  }
  const ActiveSpan active = active_ == nullptr ? ActiveSpan{} : *active_;
  const bool nearest = active == innermost_active();
  open_.push_back(open);
  actives_.push_back(active);
  innermost_ = open.call_id;
  ++recorded_;
  if (whole_calls_) {
    if (!arguments.empty()) arguments_.push_back({open.call_id, std::move(arguments)});
    return;
  }

  Call call;
  call.stage = Stage::kStart;
  call.call_id = open.call_id;
  call.parent_call_id = open.parent_call_id;
  call.root_call_id = root_;
  call.function = &function.function;
  call.timestamp_ns = time_ns;
  call.depth = depth;
  call.captured = arguments;
  call.trace = active.trace;
  call.active_span_id = active.span_id;
  call.parent_call_is_nearest = nearest;
  sink_.emit(call);
}

// Takes the innermost call off, and tells of it where it was recorded.
void CallStack::close(Stage stage, const writers::Exception* exception, std::int64_t time_ns, std::string_view result) {
  const Open open = open_.back();
  open_.pop_back();
  saved_ = std::min(saved_, open_.size());
  if (open.call_id == 0) return;
  const ActiveSpan active = actives_.back();
  actives_.pop_back();
  --recorded_;
  innermost_ = recorded_ > 0 ? open.parent_call_id : 0;

  Call call;
  call.trace = active.trace;
  call.active_span_id = active.span_id;
  call.parent_call_is_nearest = active == innermost_active();
  call.stage = stage;
  call.call_id = open.call_id;
  call.parent_call_id = open.parent_call_id;
  call.root_call_id = root_;
  call.function = &open.function->function;
  call.timestamp_ns = time_ns;
  call.depth = open.depth;
  call.duration_ns = static_cast<std::uint64_t>(std::max<std::int64_t>(time_ns - open.start_ns, 0));
  call.exception = exception;
  if (!whole_calls_) {
    call.captured = result;
    sink_.emit(call);
    return;
  }
  call.stage = Stage::kCall;
  call.timestamp_ns = open.start_ns;
  call.failed = stage == Stage::kException;
  call.result = result;
  std::string arguments;
  if (!arguments_.empty() && arguments_.back().call_id == open.call_id) [[unlikely]] {
    arguments = std::move(arguments_.back().text);
    arguments_.pop_back();
  }
  call.captured = arguments;
  sink_.emit(call);
}

// The innermost entry is not as save() saw it.
void CallStack::note_unknown_changed() {
  touched_ = true;
  saved_ = std::min(saved_, open_.empty() ? 0 : open_.size() - 1);
}

// Where the innermost call is one whose START is in a gap: it ends, and nobody is told.
bool CallStack::close_unknown() {
  if (open_.empty() || open_.back().unknown == 0) return false;
  if (--open_.back().unknown == 0) open_.pop_back();
  note_unknown_changed();
  return true;
}

void CallStack::end(const DecidedFunction& function, std::int64_t time_ns) {
  if (!open_.empty() && is_of(open_.back(), function)) [[likely]] {
    if (captured_.empty()) [[likely]] {
      close(Stage::kEnd, nullptr, time_ns);
    } else {
      const std::string result = take_captured(function, true);
      close(Stage::kEnd, nullptr, time_ns, result);
    }
    return;
  }
  if (close_unknown()) return;
  const auto found =
      std::find_if(open_.rbegin(), open_.rend(), [&](const Open& open) { return is_of(open, function); });
  if (found == open_.rend()) {
    ++unmatched_ends_;
    touched_ = true;
    return;
  }
  const auto frames = static_cast<std::uint64_t>(found - open_.rbegin());
  unmatched_ends_ += frames > 0 ? 1 : 0;
  for (std::uint64_t i = 0; i <= frames; ++i) close(Stage::kEnd, nullptr, time_ns);
}

void CallStack::end_block(std::int64_t time_ns) {
  const auto found = std::find_if(open_.rbegin(), open_.rend(),
                                  [](const Open& open) { return open.function != nullptr && open.function->block; });
  if (found != open_.rend()) return end(*found->function, time_ns);
  if (close_unknown()) return;
  ++unmatched_ends_;
  touched_ = true;
}

void CallStack::thrown(std::uint64_t exception, std::string type, std::string what, bool has_what,
                       std::vector<std::uint64_t> frames) {
  touched_ = true;
  std::erase_if(in_flight_, [&](const InFlight& flying) { return flying.exception == exception; });
  in_flight_.push_back({exception, std::move(type), std::move(what), has_what, std::move(frames)});
}

void CallStack::caught(std::uint64_t exception) {
  const auto found = std::find_if(in_flight_.begin(), in_flight_.end(),
                                  [&](const InFlight& flying) { return flying.exception == exception; });
  touched_ = true;
  in_flight_.erase(found, in_flight_.end());  // what was thrown after it went with it
}

void CallStack::left(std::uint64_t frames, Left how, std::int64_t time_ns) {
  InFlight* flying = how == Left::kUnwound && !in_flight_.empty() ? &in_flight_.back() : nullptr;
  writers::Exception exception;
  if (flying != nullptr) exception = {flying->type, flying->what, flying->has_what, {}, {}};
  for (std::uint64_t i = 0; i < frames; ++i) {
    if (open_.empty()) {
      ++unmatched_ends_;
      touched_ = true;
      return;
    }
    if (open_.back().unknown > frames - i) {
      open_.back().unknown -= frames - i;
      note_unknown_changed();
      return;
    }
    if (open_.back().unknown > 0) {
      i += open_.back().unknown - 1;
      open_.pop_back();
      note_unknown_changed();
      continue;
    }
    if (how == Left::kOtherwise) {
      close(Stage::kEnd, nullptr, time_ns);
    } else {
      const bool first = flying != nullptr && !flying->frames.empty() && open_.back().call_id != 0;
      if (first) {
        const StackText stack = sink_.stack_text(std::exchange(flying->frames, {}), flying->type, flying->what);
        exception.stack_trace = stack.trace;
        exception.fingerprint = stack.fingerprint;
      }
      close(Stage::kException, &exception, time_ns);
      if (first) exception.stack_trace = exception.fingerprint = {};
    }
  }
}

std::string CallStack::arguments_of(const Open& open) const {
  const auto found = std::ranges::lower_bound(arguments_, open.call_id, {}, &Arguments::call_id);
  return found != arguments_.end() && found->call_id == open.call_id ? found->text : std::string();
}

CallStackState CallStack::save(bool whole, const std::function<std::uint32_t(const DecidedFunction&)>& id_of) {
  CallStackState state;
  state.kept = whole ? 0 : saved_;
  for (std::size_t i = state.kept; i < open_.size(); ++i) {
    const Open& open = open_[i];
    OpenCallState& saved = state.open.emplace_back();
    const bool block = open.function != nullptr && open.function->block;
    saved.function = open.function == nullptr ? 0 : block ? wire::kBlockFunction : id_of(*open.function);
    saved.depth = open.depth;
    saved.call_id = open.call_id;
    saved.parent_call_id = open.parent_call_id;
    saved.start_ns = open.start_ns;
    saved.unknown = open.unknown;
    saved.arguments = arguments_of(open);
    if (block) saved.block = block_text(open.function->function);
  }
  // Of the last ones, as the others are not saved.
  std::size_t active = actives_.size();
  for (auto saved = state.open.rbegin(); saved != state.open.rend(); ++saved) {
    if (saved->call_id == 0) continue;
    const ActiveSpan& when_it_began = actives_[--active];
    saved->trace_high = when_it_began.trace.high;
    saved->trace_low = when_it_began.trace.low;
    saved->span_id = when_it_began.span_id;
  }
  saved_ = open_.size();
  touched_ = false;
  for (const InFlight& flying : in_flight_) {
    state.in_flight.push_back({flying.exception, flying.type, flying.what,
                               static_cast<std::uint8_t>(flying.has_what ? 1 : 0), flying.frames});
  }
  for (const Captured& captured : captured_) {
    state.captured.push_back({id_of(*captured.function), captured.open_count,
                              static_cast<std::uint8_t>(captured.result ? 1 : 0), captured.text});
  }
  state.root_call_id = root_;
  state.unmatched_ends = unmatched_ends_;
  return state;
}

void CallStack::restore(const CallStackState& state,
                        const std::function<const DecidedFunction&(std::uint32_t, const std::string&)>& function_of) {
  for (const OpenCallState& open : state.open) {
    const DecidedFunction* function = open.unknown > 0 ? nullptr : &function_of(open.function, open.block);
    open_.push_back({function, open.call_id, open.parent_call_id, open.depth, open.start_ns, open.unknown});
    if (open.call_id == 0) continue;
    innermost_ = open.call_id;
    ++recorded_;
    actives_.push_back({{open.trace_high, open.trace_low}, open.span_id});
    if (!open.arguments.empty()) arguments_.push_back({open.call_id, open.arguments});
  }
  for (const InFlightState& flying : state.in_flight) {
    in_flight_.push_back({flying.exception, flying.type, flying.what, flying.has_what != 0, flying.frames});
  }
  for (const CapturedState& captured : state.captured) {
    captured_.push_back(
        {&function_of(captured.function, {}), captured.open_count, captured.result != 0, captured.text});
  }
  root_ = state.root_call_id;
  unmatched_ends_ = state.unmatched_ends;
}

void CallStack::gap(std::uint64_t ends, std::uint64_t opened, bool exceptions, std::int64_t time_ns) {
  left(ends, Left::kOtherwise, time_ns);
  captured_.clear();
  if (exceptions) in_flight_.clear();
  touched_ = true;
  if (opened == 0) return;
  if (!open_.empty() && open_.back().unknown > 0) {
    open_.back().unknown += opened;
    note_unknown_changed();
  } else {
    open_.push_back({nullptr, 0, 0, 0, time_ns, opened});
  }
}

void CallStack::lose_track(std::int64_t time_ns) {
  while (!open_.empty()) close(Stage::kEnd, nullptr, time_ns);
  gap(0, kAnyNumber, true, time_ns);
}

}  // namespace glimpse::collector
