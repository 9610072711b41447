#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "glimpse/wire/record.h"
#include "runtime/blocks.h"
#include "runtime/exception_object.h"
#include "runtime/hot/hooks.h"
#include "runtime/process.h"
#include "runtime/room.h"
#include "runtime/shadow_stack.h"
#include "runtime/stacks.h"
#include "runtime/unwinding.h"

namespace glimpse::runtime {

namespace {

// Whether this thread has open calls that could be left, and its lane may be used.
bool concerns(const Thread& thread) {
  return thread.lane.base != nullptr && thread.lane.top != thread.lane.base &&
         (thread.lane.guard == 0 || thread.lane.guard == kInFlight) &&
         thread.process_generation == process.generation && process_attached();
}

std::uint64_t place(const Lane& lane, const Frame* frame) { return static_cast<std::uint64_t>(frame - lane.base); }

// What stands for the exception where nobody threw one: pthread_exit and cancellation call the unwinder by a pointer of
// their own, and show only when it lands.
const void* const kForcedUnwinding = nullptr;

// Why frames are being left: by the exception thrown last, or by force.
wire::LeaveReason reason_in_flight(const Thread& thread) {
  const bool forced =
      thread.in_flight_count > 0 && thread.in_flight[thread.in_flight_count - 1].exception == kForcedUnwinding;
  return forced ? wire::LeaveReason::kForced : wire::LeaveReason::kUnwound;
}

void leave_below(Thread& thread, std::uintptr_t stack_pointer, wire::LeaveReason reason) {
  find_stack(thread.lane, stack_pointer);
  leave_frames(thread.lane, innermost_kept(thread.lane, stack_pointer), reason);
  forget_left_frames(thread);
}

std::uintptr_t resting_guard(const Thread& thread) { return thread.in_flight_count > 0 ? kInFlight : 0; }

void add_in_flight(Thread& thread, const void* exception) {
  if (thread.in_flight_count == kMaxInFlight) {
    for (std::uint32_t i = 1; i < kMaxInFlight; ++i) thread.in_flight[i - 1] = thread.in_flight[i];
    --thread.in_flight_count;
  }
  thread.in_flight[thread.in_flight_count++] = {exception, place(thread.lane, thread.lane.top) + 1};
}

// The exception, and whatever was thrown after it, is no longer in flight. False where it never was.
bool remove_in_flight(Thread& thread, const void* exception) {
  for (std::uint32_t i = thread.in_flight_count; i > 0; --i) {
    if (thread.in_flight[i - 1].exception == exception) {
      thread.in_flight_count = i - 1;
      return true;
    }
  }
  return false;
}

void push_throw(Lane& lane, const void* exception, const CallPlace& from) {
  const wire::SessionHeader& session = *process.session;
  const std::uint32_t most =
      session.stack_frames < wire::kMaxStackFrames ? session.stack_frames : wire::kMaxStackFrames;
  auto* frames = static_cast<std::uint64_t*>(__builtin_alloca((most + 1) * sizeof(std::uint64_t)));
  std::uint32_t frame_count = most == 0 ? 0 : walk_stack(from, frames, most + 1);
  const std::uint64_t ring_share = process.header->ring_bytes / 16;  // whatever is asked for, it must fit
  const std::uint64_t most_bytes = session.max_field_bytes < ring_share ? session.max_field_bytes : ring_share;
  const std::uintptr_t guard = lane.guard;
  lane.guard = kInternal;  // what() may be traced; glimpse calls it, not the program
  const ExceptionText text = describe_exception(exception, most_bytes);
  lane.guard = guard;
  // A C++ exception is raised by __cxa_throw and the like, which nobody asked for.
  if (text.type != nullptr && frame_count > 0) {
    ++frames;
    --frame_count;
  } else if (frame_count > most) {
    frame_count = most;
  }
  const std::uint32_t what_bytes = text.what == nullptr ? wire::kNoWhat : text.what_bytes;
  const std::uint64_t payload[2] = {reinterpret_cast<std::uintptr_t>(exception),
                                    text.type_bytes | (std::uint64_t{what_bytes} << 32)};
  push_record(lane, wire::RecordType::kThrow, payload, 2, {text.type, text.type_bytes},
              {text.what, text.what == nullptr ? 0 : text.what_bytes},
              {reinterpret_cast<const char*>(frames), static_cast<std::uint32_t>(frame_count * sizeof(frames[0]))});
}

// Whether a program has told us of a landing by runtime/wrapped.cpp, and so will tell of catches.
bool wrapped_catch_seen = false;

// A handler takes the exception.
void end_flight(Thread& thread, const void* exception) {
  if (remove_in_flight(thread, kForcedUnwinding)) {
    // A handler has the forced unwinding; it must throw it on.
  } else if (remove_in_flight(thread, exception)) {
    const std::uint64_t payload = reinterpret_cast<std::uintptr_t>(exception);
    push_record(thread.lane, wire::RecordType::kCatch, &payload, 1);
  }
}

}  // namespace

void forget_left_frames(Thread& thread) {
  const std::uint64_t next = place(thread.lane, thread.lane.top) + 1;
  for (std::uint32_t i = 0; i < thread.in_flight_count; ++i) {
    if (thread.in_flight[i].depth > next) thread.in_flight[i].depth = next;
  }
}

void note_throw(const void* exception, const CallPlace& from) {
  Thread& thread = this_thread;
  if (!concerns(thread)) return;
  remove_in_flight(thread, exception);  // thrown again
  thread.lane.guard = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  find_stack(thread.lane, from.rsp);
  push_throw(thread.lane, exception, from);
  add_in_flight(thread, exception);
  thread.lane.guard = kInFlight;
}

void note_landing(std::uintptr_t stack_pointer, const void* handlers_exception) {
  Thread& thread = this_thread;
  if (!concerns(thread)) return;
  thread.lane.guard = stack_pointer;
  const bool announced = thread.in_flight_count > 0;
  leave_below(thread, stack_pointer, announced ? reason_in_flight(thread) : wire::LeaveReason::kForced);
  if (!announced) add_in_flight(thread, kForcedUnwinding);
  if (handlers_exception != nullptr) end_flight(thread, handlers_exception);
  thread.lane.guard = resting_guard(thread);
}

bool catches_wrapped() { return __atomic_load_n(&wrapped_catch_seen, __ATOMIC_RELAXED); }

void note_wrapped() { __atomic_store_n(&wrapped_catch_seen, true, __ATOMIC_RELAXED); }

void note_catch(const void* exception, std::uintptr_t stack_pointer) {
  Thread& thread = this_thread;
  if (thread.lane.guard != kInFlight || thread.process_generation != process.generation || !process_attached()) return;
  thread.lane.guard = stack_pointer;
  leave_below(thread, stack_pointer, reason_in_flight(thread));
  end_flight(thread, exception);
  thread.lane.guard = resting_guard(thread);
}

void exit_in_flight(Thread& thread, std::uint32_t what, std::uint32_t call_site, std::uintptr_t stack_pointer) {
  Lane& lane = thread.lane;
  find_stack(lane, stack_pointer);
  const Frame* frame = find_frame(lane, what >> kFlagBits, call_site, stack_pointer);
  if (frame == nullptr) return;
  if (place(lane, frame) < thread.in_flight[thread.in_flight_count - 1].depth) {
    leave_frames(lane, frame - 1, reason_in_flight(thread));
  } else {
    exit_lane(lane, what, call_site, stack_pointer);
  }
  forget_left_frames(thread);
}

void end_block_in_flight(Thread& thread, const Frame* frame, bool unwound) {
  Lane& lane = thread.lane;
  const wire::LeaveReason reason = reason_in_flight(thread);
  const bool forced =
      reason == wire::LeaveReason::kForced && place(lane, frame) < thread.in_flight[thread.in_flight_count - 1].depth;
  if (unwound || forced) {
    leave_frames(lane, frame - 1, reason);
  } else {
    end_block(lane, frame);
  }
  forget_left_frames(thread);
}

}  // namespace glimpse::runtime

// For runtime/wrapped.cpp, which lies in the program.
extern "C" {

__attribute__((visibility("default"))) void glimpse_note_throw(const void* exception, const void* frame_address) {
  glimpse::runtime::note_throw(exception, glimpse::runtime::caller_of(frame_address));
}

__attribute__((visibility("default"))) void glimpse_note_landing(std::uintptr_t stack_pointer) {
  glimpse::runtime::note_wrapped();
  glimpse::runtime::note_landing(stack_pointer, nullptr);
}

__attribute__((visibility("default"))) void glimpse_note_catch(const void* exception, std::uintptr_t stack_pointer) {
  glimpse::runtime::note_catch(exception, stack_pointer);
}

}  // extern "C"

GLIMPSE_UNTRACED_END
