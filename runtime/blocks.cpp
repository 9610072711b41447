// Parts of a function that are recorded as calls of their own: calls of wire::kBlockFunction.
//
// A block's frame lies on the shadow stack above that of the function around it, with its stack pointer and call site
// as if it were inlined there; where that function has no frame, with the address of the block itself, which lives on
// the caller's stack. So what is called within compares as it does within the function.
//
//   block.stack_pointer   of the frame
//   block.opaque          0: not recorded; else which frame of which lane of which process it is
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <cstdint>

#include "glimpse/wire/record.h"
#include "runtime/blocks.h"
#include "runtime/hot/function_table.h"
#include "runtime/hot/hooks.h"
#include "runtime/hot/slow_paths.h"
#include "runtime/process.h"
#include "runtime/program_calls.h"
#include "runtime/program_lane.h"
#include "runtime/room.h"
#include "runtime/shadow_stack.h"
#include "runtime/stacks.h"
#include "runtime/told_fields.h"
#include "runtime/unwinding.h"

namespace glimpse::runtime {

namespace {

constexpr std::uint32_t kBlockWord = (wire::kBlockFunction << kFlagBits) | kRecorded | kCounted;
// A block further above its caller's stack pointer than this is not on the stack, but in a coroutine's frame, say, or
// where AddressSanitizer puts what might be used after its function returned.
constexpr std::uintptr_t kMostFrameBytes = std::uintptr_t{1} << 20;
// What block_begin() finds below the stack pointer of the function that calls it: two of its arguments, if they were
// pushed. Below that of an outer function there is a return address more.
constexpr std::uintptr_t kPushedBytes = 16;

std::uint64_t pack_place(const Lane& lane, const Frame* frame) {
  const auto depth = static_cast<std::uint64_t>(frame - lane.base);
  return depth << 24 | (process.generation & 0xffff) << 8 | lane.index << 1 | 1;
}

// The block's frame, where it is still open on this lane; else null.
Frame* frame_of(const Lane& lane, const glimpse_block& block) {
  const std::uint64_t depth = block.opaque >> 24;
  if (lane.base == nullptr || depth > static_cast<std::uint64_t>(lane.top - lane.base)) return nullptr;
  Frame* frame = lane.base + depth;
  if (pack_place(lane, frame) != block.opaque || frame->what != kBlockWord) return nullptr;
  return frame->stack_pointer == block.stack_pointer ? frame : nullptr;
}

Frame frame_within(const Lane& lane, const glimpse_block& block, std::uintptr_t stack_pointer) {
  const Frame& caller = *lane.top;
  const auto address = reinterpret_cast<std::uintptr_t>(&block);
  // Above the stack pointer, so that it differs from that of functions inlined beside it.
  const bool on_stack = address - stack_pointer < kMostFrameBytes;
  const std::uintptr_t own = (on_stack ? address : stack_pointer + kPushedBytes) + 8;
  const std::uintptr_t lowest = on_stack ? own : stack_pointer + kPushedBytes;
  const bool same_stack = on_alternate(lane, stack_pointer) == on_alternate(lane, caller.stack_pointer);
  if (!is_bottom(caller) && same_stack && caller.stack_pointer <= lowest) {
    return {caller.stack_pointer, caller.call_site, kBlockWord};
  }
  return {own, static_cast<std::uint32_t>(address), kBlockWord};
}

}  // namespace

void end_block(Lane& lane, const Frame* frame) {
  if (frame != lane.top) leave_frames(lane, frame, wire::LeaveReason::kJumped);
  lane.top = const_cast<Frame*>(frame) - 1;
  --lane.matched;
  push_event(lane, event_of(kBlockWord, wire::EventKind::kEnd));
}

void block_begin(glimpse_block* block, glimpse_text name, glimpse_text label, glimpse_text file, uint32_t line) {
  block->opaque = 0;
  const auto stack_pointer = reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa());
  const ProgramLane held(stack_pointer);
  if (held.get() == nullptr) return;
  Lane& lane = *held.get();
  settle_within(lane, stack_pointer);
  if (beyond_limit(lane) || !program_recorded()) return;
  if (lane.top + 1 == lane.end && !grow_frames(lane)) return;
  TextBudget budget = full_budget();
  const Bytes texts[3] = {take_text(name, budget), take_text(label, budget), take_text(file, budget)};
  const wire::BlockPayload payload{texts[0].length, texts[1].length, texts[2].length, line};
  if (!push_block(lane, {wire::RecordType::kBlock, &payload, sizeof(payload), texts, 3},
                  event_of(kBlockWord, wire::EventKind::kStart))) {
    return;
  }
  const Frame frame = frame_within(lane, *block, stack_pointer);
  open_frame(lane, frame.what, frame.call_site, frame.stack_pointer);
  ++lane.matched;
  block->stack_pointer = frame.stack_pointer;
  block->opaque = pack_place(lane, lane.top);
}

void block_end(glimpse_block* block, uint32_t unwound) {
  if (block->opaque == 0) return;
  const auto stack_pointer = reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa());
  const ProgramLane held(stack_pointer);
  if (held.get() == nullptr) return;
  Lane& lane = *held.get();
  if (lane.top->stack_pointer - stack_pointer >= kNearBytes) find_stack(lane, stack_pointer);
  const Frame* frame = frame_of(lane, *block);
  block->opaque = 0;
  if (frame == nullptr) return;
  if (held.in_flight()) return end_block_in_flight(this_thread, frame, unwound != 0);
  // Nobody told of the exception: a static program that was linked without our wraps, or a handler's own.
  if (unwound != 0) return leave_frames(lane, frame - 1, wire::LeaveReason::kForced);
  end_block(lane, frame);
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
