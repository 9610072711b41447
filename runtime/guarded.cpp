// Hooks that find their lane at work: a signal handler interrupted a hook, or an exception is in flight.
//
//   kInternal   glimpse called something that is traced: nothing is recorded
//   kInFlight   the lane is free, but which frames are left by unwinding must be told apart exactly
//   else        a handler interrupted the hook that holds the lane: it records into a lane of its own. Where that hook
//               will never go on, because the handler jumped out, the lane is taken back
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "runtime/guarded.h"
#include "runtime/hot/hooks.h"
#include "runtime/hot/slow_paths.h"
#include "runtime/process.h"
#include "runtime/room.h"
#include "runtime/shadow_stack.h"
#include "runtime/stacks.h"
#include "runtime/threads.h"
#include "runtime/unwinding.h"

namespace glimpse::runtime {

namespace {

// Sets a lane's guard for a time, and its resting value afterwards.
class Guarded {
 public:
  Guarded(Lane& lane, std::uintptr_t guard, std::uintptr_t after) : lane_(lane), after_(after) {
    lane_.guard = guard;
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  ~Guarded() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    lane_.guard = after_;
  }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

 private:
  Lane& lane_;
  std::uintptr_t after_;
};

// The hook that set the guard lay deeper on this same stack than we do: its frame is gone.
bool abandoned(Lane& lane, std::uintptr_t stack_pointer) {
  return lane.guard >= kFirstStackPointer && stack_pointer > lane.guard && !arrived_on_alternate(lane, stack_pointer) &&
         on_one_stack(lane, lane.guard, stack_pointer);
}

void take_back(Thread& thread) {
  thread.lane.guard = thread.in_flight_count > 0 ? kInFlight : 0;
  if (thread.nested == nullptr) return;
  for (unsigned i = 0; i < kNestedLanes; ++i) {
    Lane& lane = thread.nested[i];
    lane.guard = 0;
    if (lane.base != nullptr) leave_frames(lane, lane.base, wire::LeaveReason::kJumped);
  }
}

}  // namespace

Lane* handler_lane(Thread& thread) {
  if (thread.nested == nullptr && !make_nested_lanes(thread)) return nullptr;
  for (unsigned i = 0; i < kNestedLanes; ++i) {
    if (thread.nested[i].guard == 0) return &thread.nested[i];
  }
  return nullptr;
}

void take_back_abandoned(Thread& thread, std::uintptr_t stack_pointer) {
  if (abandoned(thread.lane, stack_pointer)) take_back(thread);
}

void enter_guarded(const Callee& callee, std::uint32_t call_site, std::uintptr_t stack_pointer) {
  Thread& thread = this_thread;
  if (thread.lane.guard == kInternal) return;
  if (abandoned(thread.lane, stack_pointer)) take_back(thread);
  if (thread.lane.guard == 0 || thread.lane.guard == kInFlight) {
    const Guarded guarded(thread.lane, stack_pointer, thread.lane.guard);
    enter_lane_deciding(thread.lane, callee, call_site, stack_pointer);
    return;
  }
  Lane* lane = handler_lane(thread);
  if (lane == nullptr) {
    process.header->lost_nested.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const Guarded guarded(*lane, stack_pointer, 0);
  enter_lane_deciding(*lane, callee, call_site, stack_pointer);
}

void exit_guarded(std::uint32_t what, std::uint32_t call_site, std::uintptr_t stack_pointer) {
  Thread& thread = this_thread;
  if (thread.lane.guard == kInternal) return;
  if (abandoned(thread.lane, stack_pointer)) take_back(thread);
  if (thread.lane.guard == 0) {
    const Guarded guarded(thread.lane, stack_pointer, 0);
    exit_lane(thread.lane, what, call_site, stack_pointer);
    return;
  }
  if (thread.lane.guard == kInFlight) {
    const Guarded guarded(thread.lane, stack_pointer, kInFlight);
    exit_in_flight(thread, what, call_site, stack_pointer);
    return;
  }
  Lane* lane = handler_lane(thread);
  if (lane == nullptr) return;
  const Guarded guarded(*lane, stack_pointer, 0);
  exit_lane(*lane, what, call_site, stack_pointer);
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
