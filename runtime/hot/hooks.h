// What both hooks do once the lane is theirs. Inlined into the hooks; runtime/guarded.cpp calls the same code for the
// lanes of signal handlers and while an exception is in flight.
#pragma once

#include <cstdint>

#include "glimpse/wire/event.h"
#include "runtime/hot/function_table.h"
#include "runtime/hot/lane.h"
#include "runtime/hot/ring_push.h"
#include "runtime/hot/slow_paths.h"

namespace glimpse::runtime {

// Closes what is dead, then records the call and opens its frame. The lane's guard is set.
inline void enter_lane(Lane& lane, const FunctionTable& table, FunctionSlot& slot, std::uintptr_t call_site,
                       std::uintptr_t stack_pointer) {
  const auto site = static_cast<std::uint32_t>(call_site);
  // Inlined functions share stack pointer and call site with the frame they live in. Any other frame that is not a
  // little above the new one has been left without its exit hook, or lies on another stack, or far above on this one.
  const std::uintptr_t below = lane.top->stack_pointer - stack_pointer;
  if (below - 1 >= kNearBytes && (below != 0 || lane.top->call_site != site)) [[unlikely]] {
    settle_enter(lane, site, stack_pointer);
  }
  const std::uint32_t id = slot.id.load(std::memory_order_relaxed);
  if (id >= kPatchedFunction) [[unlikely]]
    return;  // a handler on this thread has just learnt it
  const wire::Decision decision = table.decisions[id].load(std::memory_order_relaxed);
  if (decision == wire::Decision::kSkip) [[unlikely]] {
    slot.id.store(table.excluded_id, std::memory_order_relaxed);
    return;
  }
  if (lane.top + 1 == lane.end && !grow_frames(lane)) [[unlikely]]
    return;

  std::uint32_t flags = 0;
  if (lane.matched < table.depth_limit->load(std::memory_order_relaxed)) [[likely]] {
    if (push_event(lane, (id << wire::kKindBits) | static_cast<std::uint32_t>(wire::EventKind::kStart))) {
      flags = kFrameRecorded | static_cast<std::uint32_t>(decision);  // kRecord is kFrameCounted
    }
  }
  lane.matched += flags & kFrameCounted;
  Frame* frame = lane.top + 1;
  frame->stack_pointer = stack_pointer;
  frame->call_site = site;
  frame->what = (id << kFrameFlagBits) | flags;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  lane.top = frame;
}
static_assert(static_cast<std::uint32_t>(wire::Decision::kRecord) == kFrameCounted);

// Closes the frame of the function and records its end. The lane's guard is set.
inline void exit_lane(Lane& lane, const FunctionSlot& slot, std::uintptr_t call_site, std::uintptr_t stack_pointer) {
  const std::uint32_t id = slot.id.load(std::memory_order_relaxed);
  const auto site = static_cast<std::uint32_t>(call_site);
  Frame* frame = lane.top;
  if (frame->what >> kFrameFlagBits != id || frame->call_site != site ||
      stack_pointer - frame->stack_pointer + kArgumentBytes > kNearBytes) [[unlikely]] {
    if (!uncover_frame(lane, id, site, stack_pointer)) return;
    frame = lane.top;
  }
  lane.top = frame - 1;
  lane.matched -= frame->what & kFrameCounted;
  if ((frame->what & kFrameRecorded) != 0) {
    push_event(lane, (id << wire::kKindBits) | static_cast<std::uint32_t>(wire::EventKind::kEnd));
  }
}

}  // namespace glimpse::runtime
