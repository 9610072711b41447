// The two hooks that -finstrument-functions calls: the hot path of glimpse. What they do with a lane is in hooks.h.
//
//   enter: word of the function -> skip? -> on the same stack? -> depth? -> event -> frame
//   exit:  word of the function -> skip? -> its frame? -> event
//
// A hook reads the clock, stores one word in the ring and one frame on the shadow stack. It takes no lock, allocates
// nothing and calls nothing, and therefore saves no register; what is unusual begins anew in a function of its own, and
// leaves through runtime/hot/slow_paths.h. What the fields mean: function_table.h and lane.h.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <cstdint>

#include "runtime/hot/function_table.h"
#include "runtime/hot/held_lane.h"
#include "runtime/hot/hooks.h"
#include "runtime/hot/lane.h"
#include "runtime/hot/slow_paths.h"

using namespace glimpse::runtime;

namespace {

// Any call. Nothing that the hook has looked up holds any more where a handler forked meanwhile.
__attribute__((noinline)) void enter_unusually(std::uintptr_t function, std::uintptr_t call_site,
                                               std::uintptr_t stack_pointer) {
  FunctionTable* table = function_table.load(std::memory_order_relaxed);
  FunctionSlot* slot = find_slot(*table, function);
  if (slot == nullptr || slot->what.load(std::memory_order_relaxed) == 0) {
    slot = register_function(function, table);  // the first call of the function in this process
    if (slot == nullptr) return;
  }
  if (slot->what.load(std::memory_order_relaxed) == kPatchedFunction) {
    return patch_hook_calls(*slot, function, reinterpret_cast<const std::uintptr_t*>(stack_pointer)[-1]);
  }
  const Callee callee{*table, *slot, function};
  const auto site = static_cast<std::uint32_t>(call_site);
  Lane& lane = this_thread.lane;
  if (lane.guard != 0) return enter_guarded(callee, site, stack_pointer);
  const HeldLane held(lane, stack_pointer);
  enter_lane_deciding(lane, callee, site, stack_pointer);
}

__attribute__((noinline)) void exit_unusually(std::uintptr_t function, std::uintptr_t call_site,
                                              std::uintptr_t stack_pointer) {
  const FunctionSlot* slot = find_slot(*function_table.load(std::memory_order_relaxed), function);
  if (slot == nullptr) return;  // entered before a fork, or before anything was recorded
  const std::uint32_t what = slot->what.load(std::memory_order_relaxed);
  if (!has_id(what)) return;
  const auto site = static_cast<std::uint32_t>(call_site);
  Lane& lane = this_thread.lane;
  if (lane.guard != 0) return exit_guarded(what, site, stack_pointer);
  const HeldLane held(lane, stack_pointer);
  exit_lane(lane, what, site, stack_pointer);
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) void __cyg_profile_func_enter(void* function, void* call_site) {
  const auto address = reinterpret_cast<std::uintptr_t>(function);
  const auto site = reinterpret_cast<std::uintptr_t>(call_site);
  const auto stack_pointer = reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa());

  FunctionTable& table = *function_table.load(std::memory_order_relaxed);
  const FunctionSlot& slot = slot_at(table, first_offset(table, address));
  if (has_key(slot, skipped_key(address))) [[likely]]
    return;  // the hook is all that it costs; what follows has costs of its own
  Lane& lane = this_thread.lane;
  if (has_key(slot, counted_key(address)) && lane.guard == 0) [[likely]] {
    const std::uint32_t what = slot.what.load(std::memory_order_relaxed);
    const HeldLane held(lane, stack_pointer);
    if (enter_usually(lane, what, static_cast<std::uint32_t>(site), stack_pointer)) [[likely]]
      return;
  }
  enter_unusually(address, site, stack_pointer);
}

__attribute__((visibility("default"))) void __cyg_profile_func_exit(void* function, void* call_site) {
  const auto address = reinterpret_cast<std::uintptr_t>(function);
  const auto site = reinterpret_cast<std::uintptr_t>(call_site);
  const auto stack_pointer = reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa());

  FunctionTable& table = *function_table.load(std::memory_order_relaxed);
  const FunctionSlot& slot = slot_at(table, first_offset(table, address));
  if (has_key(slot, skipped_key(address))) [[likely]]
    return;  // the hook is all that it costs; what follows has costs of its own
  Lane& lane = this_thread.lane;
  if (has_key(slot, counted_key(address)) && lane.guard == 0) [[likely]] {
    const std::uint32_t what = slot.what.load(std::memory_order_relaxed);
    const HeldLane held(lane, stack_pointer);
    if (exit_usually(lane, what, static_cast<std::uint32_t>(site), stack_pointer)) [[likely]]
      return;
  }
  exit_unusually(address, site, stack_pointer);
}

// Our own, by names that nobody else has.
__attribute__((visibility("hidden"), alias("__cyg_profile_func_enter"))) void glimpse_enter_hook(void*, void*);
__attribute__((visibility("hidden"), alias("__cyg_profile_func_exit"))) void glimpse_exit_hook(void*, void*);

}  // extern "C"

GLIMPSE_UNTRACED_END
