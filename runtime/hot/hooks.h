// What both hooks do once the lane is theirs. The usual call is inlined into the hooks; any call is what
// runtime/guarded.cpp asks for, for the lanes of signal handlers and while an exception is in flight.
#pragma once

#include <cstdint>

#include "glimpse/wire/event.h"
#include "runtime/hot/function_table.h"
#include "runtime/hot/lane.h"
#include "runtime/hot/ring_push.h"
#include "runtime/hot/slow_paths.h"

namespace glimpse::runtime {

// As many calls that count are open as are recorded at once: 0 where recording is off.
inline bool beyond_limit(const Lane& lane) {
  return lane.matched >= lane.ring->depth_limit.load(std::memory_order_relaxed);
}

inline void open_frame(Lane& lane, std::uint32_t what, std::uint32_t site, std::uintptr_t stack_pointer) {
  Frame* frame = lane.top + 1;
  frame->stack_pointer = stack_pointer;
  frame->call_site = site;
  frame->what = what;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  lane.top = frame;
}

// Inlined functions share stack pointer and call site with the frame they live in. Any other frame that is not a little
// above the new one has been left without its exit hook, or lies on another stack, or far above on this one.
inline bool is_called_by(const Frame& frame, std::uint32_t site, std::uintptr_t stack_pointer) {
  const std::uintptr_t below = frame.stack_pointer - stack_pointer;
  if (below - 1 < kNearBytes) [[likely]]
    return true;
  return below == 0 && frame.call_site == site;
}

// A call of a function that counts, a little below its caller on the same stack or inlined into it, with place for its
// frame and its event. Where anything is not as usual: false, and nothing has changed. The lane's guard is set.
inline bool enter_usually(Lane& lane, std::uint32_t what, std::uint32_t site, std::uintptr_t stack_pointer) {
  if (lane.top + 1 == lane.end || !is_called_by(*lane.top, site, stack_pointer)) [[unlikely]]
    return false;
  if (beyond_limit(lane)) {
    open_frame(lane, beyond_depth(what), site, stack_pointer);
    return true;
  }
  if (!push_usually(lane, event_of_counted(what, wire::EventKind::kStart))) [[unlikely]]
    return false;
  ++lane.matched;
  open_frame(lane, what, site, stack_pointer);
  return true;
}

// Any call: closes what is dead, then records it and opens its frame. The lane's guard is set.
inline void enter_lane(Lane& lane, std::uint32_t what, std::uint32_t site, std::uintptr_t stack_pointer) {
  if (!is_called_by(*lane.top, site, stack_pointer)) settle_enter(lane, site, stack_pointer);
  if (lane.top + 1 == lane.end && !grow_frames(lane)) return;
  if (!beyond_limit(lane) && push_event(lane, event_of(what, wire::EventKind::kStart))) {
    lane.matched += what & kCounted;
  } else {
    what = beyond_depth(what);
  }
  open_frame(lane, what, site, stack_pointer);
}

// The same for a function that may be undecided. What the collector writes is looked at with the guard set only: from
// then on a fork in a signal handler leaves it readable.
inline void enter_lane_deciding(Lane& lane, const Callee& callee, std::uint32_t site, std::uintptr_t stack_pointer) {
  const std::uint32_t what = learn_decision(callee.table, callee.slot, callee.function);
  if (!has_id(what)) return;
  enter_lane(lane, what, site, stack_pointer);
}

// The stack pointer of an exit is that of the entry, or above it where the exit is a tail jump.
inline bool is_end_of(const Frame& frame, std::uint32_t site, std::uintptr_t stack_pointer) {
  if (frame.stack_pointer == stack_pointer) [[likely]]
    return true;
  return frame.call_site == site && stack_pointer - frame.stack_pointer + kArgumentBytes <= kNearBytes;
}

// The end of the innermost call, of a function that counts, with room for its event. Else false, and nothing has
// changed. The lane's guard is set.
inline bool exit_usually(Lane& lane, std::uint32_t what, std::uint32_t site, std::uintptr_t stack_pointer) {
  Frame* frame = lane.top;
  if (!is_end_of(*frame, site, stack_pointer)) [[unlikely]]
    return false;
  if (frame->what == what) [[likely]] {
    if (!push_usually(lane, event_of_counted(what, wire::EventKind::kEnd))) [[unlikely]]
      return false;
    --lane.matched;
  } else if (frame->what != beyond_depth(what)) {  // one beyond the depth is only closed
    return false;
  }
  lane.top = frame - 1;
  return true;
}

// The end of any call: closes its frame and records it. The lane's guard is set.
inline void exit_lane(Lane& lane, std::uint32_t what, std::uint32_t site, std::uintptr_t stack_pointer) {
  const std::uint32_t id = what >> kFlagBits;
  Frame* frame = lane.top;
  if (frame->what >> kFlagBits != id || !is_end_of(*frame, site, stack_pointer)) {
    if (!uncover_frame(lane, id, site, stack_pointer)) return;
    frame = lane.top;
  }
  lane.top = frame - 1;
  lane.matched -= frame->what & kCounted;
  if ((frame->what & kRecorded) != 0) push_event(lane, event_of(what, wire::EventKind::kEnd));
}

}  // namespace glimpse::runtime
