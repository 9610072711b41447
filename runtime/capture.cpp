// Arguments and results, where the compiler plugin was asked to capture them: include/glimpse/wire/capture.h.
//
//   glimpse_capture_args     ─▶ kArguments ─▶ the enter hook's START
//   glimpse_capture_result   ─▶ kResult    ─▶ the exit hook's END
//
// Nothing is written, nor any value looked at, where the hook that comes next will record nothing. The text is made
// while the lane is free: a handler that interrupts it finds everything as between two hooks.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <cstdint>

#include "glimpse/wire/capture.h"
#include "runtime/capture_text.h"
#include "runtime/guarded.h"
#include "runtime/hot/function_table.h"
#include "runtime/hot/hooks.h"
#include "runtime/hot/lane.h"
#include "runtime/hot/slow_paths.h"
#include "runtime/lane_in_use.h"
#include "runtime/process.h"
#include "runtime/room.h"
#include "runtime/shadow_stack.h"
#include "runtime/stacks.h"

namespace glimpse::runtime {

namespace {

// Where the next hook of the thread will write; null where it will not.
Lane* lane_of_next_hook(std::uintptr_t stack_pointer) {
  Thread& thread = this_thread;
  if (thread.lane.guard == kInternal) return nullptr;
  take_back_abandoned(thread, stack_pointer);
  if (thread.lane.guard == 0 || thread.lane.guard == kInFlight) return &thread.lane;
  return handler_lane(thread);
}

bool is_skipped(std::uintptr_t function) {
  FunctionTable& table = *function_table.load(std::memory_order_relaxed);
  return has_key(slot_at(table, first_offset(table, function)), skipped_key(function));
}

std::size_t text_limit() {
  const std::uint64_t ring_share = process.header->ring_bytes / 16;  // whatever is asked for, it must fit
  const std::uint64_t most = process.session->max_field_bytes;
  return static_cast<std::size_t>(most < ring_share ? most : ring_share);
}

struct Captured {
  wire::RecordType type;
  std::uint32_t id;
  const wire::CaptureFormat& format;
  const std::uint64_t* values;
};

__attribute__((noinline)) void tell(Lane& lane, const Captured& captured, std::uintptr_t stack_pointer) {
  const std::size_t room = captured_bytes(captured.format, text_limit());
  if (room == 0) return;
  auto* text = static_cast<char*>(__builtin_alloca(room));
  const bool named = captured.type == wire::RecordType::kArguments;
  const std::size_t length = write_captured(captured.format, captured.values, named, text, room);
  if (lane.guard >= kFirstStackPointer) return;
  const LaneInUse in_use(lane, stack_pointer);
  push_captured(lane, captured.type, captured.id, {text, static_cast<std::uint32_t>(length)});
}

// The id of the function whose call will be recorded, 0 where it will not be.
std::uint32_t id_of_next_start(Lane& lane, const FunctionTable& table, FunctionSlot& slot, std::uintptr_t function,
                               std::uintptr_t stack_pointer) {
  const LaneInUse in_use(lane, stack_pointer);
  const std::uint32_t what = learn_decision(table, slot, function);
  if (!has_id(what)) return 0;
  settle_within(lane, stack_pointer);
  return beyond_limit(lane) ? 0 : what >> kFlagBits;
}

__attribute__((noinline)) void capture_arguments(std::uintptr_t function, const wire::CaptureFormat& format,
                                                 const std::uint64_t* values, std::uintptr_t stack_pointer) {
  FunctionTable* table = function_table.load(std::memory_order_relaxed);
  FunctionSlot* slot = find_slot(*table, function);
  if (slot == nullptr || slot->what.load(std::memory_order_relaxed) == 0) {
    slot = register_function(function, table);
    if (slot == nullptr) return;
  }
  Lane* lane = lane_of_next_hook(stack_pointer);
  if (lane == nullptr) return;
  const std::uint32_t id = id_of_next_start(*lane, *table, *slot, function, stack_pointer);
  if (id != 0) tell(*lane, {wire::RecordType::kArguments, id, format, values}, stack_pointer);
}

__attribute__((noinline)) void capture_result(std::uintptr_t function, const wire::CaptureFormat& format,
                                              const std::uint64_t* values, std::uintptr_t stack_pointer) {
  const FunctionSlot* slot = find_slot(*function_table.load(std::memory_order_relaxed), function);
  if (slot == nullptr) return;
  const std::uint32_t id = slot->what.load(std::memory_order_relaxed) >> kFlagBits;
  Lane* lane = lane_of_next_hook(stack_pointer);
  if (lane == nullptr) return;
  if (lane->guard == 0 && lane->top->stack_pointer < stack_pointer) {  // frames that were jumped over, as it seems
    const LaneInUse in_use(*lane, stack_pointer);
    find_stack(*lane, stack_pointer);
    leave_frames(*lane, innermost_kept(*lane, stack_pointer), wire::LeaveReason::kJumped);
  }
  const Frame& frame = *lane->top;
  const bool recorded = id != 0 && frame.what >> kFlagBits == id && (frame.what & kRecorded) != 0;
  if (!recorded || frame.stack_pointer < stack_pointer) return;
  tell(*lane, {wire::RecordType::kResult, id, format, values}, stack_pointer);
}

}  // namespace

}  // namespace glimpse::runtime

// Weak in the programs that call them.
extern "C" {

__attribute__((visibility("default"))) void glimpse_capture_args(const void* function,
                                                                 const glimpse::wire::CaptureFormat* format,
                                                                 const std::uint64_t* values) {
  const auto address = reinterpret_cast<std::uintptr_t>(function);
  if (glimpse::runtime::is_skipped(address) || format->version != glimpse::wire::kCaptureVersion) return;
  glimpse::runtime::capture_arguments(address, *format, values,
                                      reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa()));
}

__attribute__((visibility("default"))) void glimpse_capture_result(const void* function,
                                                                   const glimpse::wire::CaptureFormat* format,
                                                                   const std::uint64_t* values) {
  const auto address = reinterpret_cast<std::uintptr_t>(function);
  if (glimpse::runtime::is_skipped(address) || format->version != glimpse::wire::kCaptureVersion) return;
  glimpse::runtime::capture_result(address, *format, values, reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa()));
}

}  // extern "C"

GLIMPSE_UNTRACED_END
