// Frames that were left without their exit hook: by longjmp, or by an exception nobody announced.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "glimpse/wire/record.h"
#include "runtime/hot/function_table.h"
#include "runtime/hot/slow_paths.h"
#include "runtime/room.h"
#include "runtime/shadow_stack.h"
#include "runtime/stacks.h"

namespace glimpse::runtime {

bool is_gone(const Lane& lane, const Frame& frame, std::uintptr_t stack_pointer) {
  const bool seen_on_alternate = on_alternate(lane, stack_pointer);
  if (on_alternate(lane, frame.stack_pointer)) return !seen_on_alternate || frame.stack_pointer < stack_pointer;
  return !seen_on_alternate && frame.stack_pointer < stack_pointer;
}

const Frame* innermost_kept(const Lane& lane, std::uintptr_t stack_pointer) {
  const Frame* frame = lane.top;
  while (!is_bottom(*frame) && is_gone(lane, *frame, stack_pointer)) --frame;
  return frame;
}

std::uint32_t pop_frames(Lane& lane, const Frame* last) {
  std::uint32_t recorded = 0;
  for (Frame* frame = lane.top; frame != last; --frame) {
    if ((frame->what & kRecorded) != 0) ++recorded;
    lane.matched -= frame->what & kCounted;
  }
  lane.top = const_cast<Frame*>(last);
  return recorded;
}

void leave_frames(Lane& lane, const Frame* last, wire::LeaveReason reason) {
  const std::uint32_t recorded = pop_frames(lane, last);
  if (recorded > 0) push_leave(lane, recorded, reason);
}

namespace {

// Frames beside the entered one, called from elsewhere: gone as well, unless they only look so from another stack.
const Frame* innermost_caller(const Lane& lane, std::uint32_t call_site, std::uintptr_t stack_pointer) {
  const Frame* frame = innermost_kept(lane, stack_pointer);
  while (!is_bottom(*frame) && frame->stack_pointer == stack_pointer && frame->call_site != call_site) --frame;
  return frame;
}

// Below the outermost call there is nothing to compare with: the next one will be somewhere near this.
void move_bottom(Lane& lane, std::uintptr_t stack_pointer) {
  if (lane.base != nullptr && lane.top == lane.base) lane.base->stack_pointer = stack_pointer + kNearBytes / 2;
}

}  // namespace

void settle_enter(Lane& lane, std::uint32_t call_site, std::uintptr_t stack_pointer) {
  find_stack(lane, stack_pointer);
  const Frame* last = innermost_caller(lane, call_site, stack_pointer);
  if (last != lane.top && arrived_on_alternate(lane, stack_pointer)) {
    last = innermost_caller(lane, call_site, stack_pointer);
  }
  leave_frames(lane, last, wire::LeaveReason::kJumped);
  move_bottom(lane, stack_pointer);
}

void settle_within(Lane& lane, std::uintptr_t stack_pointer) {
  if (lane.top->stack_pointer - stack_pointer < kNearBytes) return;
  std::uint32_t site = 0;
  for (const Frame* frame = lane.top; !is_bottom(*frame); --frame) {
    if (frame->stack_pointer != stack_pointer) continue;
    site = frame->call_site;  // the function's own, or one inlined into it
    break;
  }
  settle_enter(lane, site, stack_pointer);
}

const Frame* find_frame(const Lane& lane, std::uint32_t id, std::uint32_t call_site, std::uintptr_t stack_pointer) {
  const bool seen_on_alternate = on_alternate(lane, stack_pointer);
  const Frame* same_function = nullptr;
  for (const Frame* frame = lane.top; !is_bottom(*frame); --frame) {
    const bool callers = frame->stack_pointer > stack_pointer + kArgumentBytes &&
                         on_alternate(lane, frame->stack_pointer) == seen_on_alternate;
    if (callers && same_function != nullptr) return same_function;
    if (frame->what >> kFlagBits != id) continue;
    if (callers || frame->call_site == call_site) return frame;
    if (same_function == nullptr) same_function = frame;
  }
  return same_function;
}

bool uncover_frame(Lane& lane, std::uint32_t id, std::uint32_t call_site, std::uintptr_t stack_pointer) {
  find_stack(lane, stack_pointer);
  const Frame* frame = find_frame(lane, id, call_site, stack_pointer);
  if (frame == nullptr) return false;
  if (frame != lane.top) leave_frames(lane, frame, wire::LeaveReason::kJumped);
  return true;
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
