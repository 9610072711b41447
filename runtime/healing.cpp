// Frames that were left without their exit hook: by longjmp, or by an exception nobody announced.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "glimpse/wire/record.h"
#include "runtime/hot/slow_paths.h"
#include "runtime/room.h"
#include "runtime/shadow_stack.h"

namespace glimpse::runtime {

bool is_bottom(const Frame& frame) { return frame.stack_pointer == bottom_frame.stack_pointer; }

std::uint32_t pop_frames(Lane& lane, const Frame* last) {
  std::uint32_t recorded = 0;
  for (Frame* frame = lane.top; frame != last; --frame) {
    if ((frame->what & kFrameRecorded) != 0) ++recorded;
    lane.matched -= frame->what & kFrameCounted;
  }
  lane.top = const_cast<Frame*>(last);
  return recorded;
}

void leave_frames(Lane& lane, const Frame* last, wire::LeaveReason reason) {
  const std::uint32_t recorded = pop_frames(lane, last);
  if (recorded > 0) push_leave(lane, recorded, reason);
}

void close_stale_frames(Lane& lane, std::uint32_t call_site, std::uintptr_t stack_pointer) {
  const Frame* frame = lane.top;
  while (frame->stack_pointer < stack_pointer ||
         (frame->stack_pointer == stack_pointer && frame->call_site != call_site)) {
    --frame;
  }
  leave_frames(lane, frame, wire::LeaveReason::kJumped);
}

const Frame* find_frame(const Lane& lane, std::uint32_t id, std::uint32_t call_site, std::uintptr_t stack_pointer) {
  const Frame* same_function = nullptr;
  const Frame* frame = lane.top;
  for (; !is_bottom(*frame) && frame->stack_pointer <= stack_pointer; --frame) {
    if (frame->what >> kFrameFlagBits != id) continue;
    if (frame->call_site == call_site) return frame;
    if (same_function == nullptr) same_function = frame;
  }
  for (; same_function == nullptr && !is_bottom(*frame); --frame) {
    if (frame->what >> kFrameFlagBits == id) same_function = frame;
  }
  return same_function;
}

bool uncover_frame(Lane& lane, std::uint32_t id, std::uint32_t call_site, std::uintptr_t stack_pointer) {
  const Frame* frame = find_frame(lane, id, call_site, stack_pointer);
  if (frame == nullptr) return false;
  if (frame != lane.top) leave_frames(lane, frame, wire::LeaveReason::kJumped);
  return true;
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
