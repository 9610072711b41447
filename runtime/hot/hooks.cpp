// The two hooks that -finstrument-functions calls: the hot path of glimpse. What they do with a lane is in hooks.h.
//
//   enter: slot of the function -> skip? -> heal -> depth? -> event -> frame
//   exit:  slot of the function -> skip? -> frame -> event
//
// A hook reads the clock, stores one word in the ring and one frame on the shadow stack. It takes no lock, allocates
// nothing and calls nothing; what is unusual leaves through runtime/hot/slow_paths.h. What the fields mean: lane.h.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <cstdint>

#include "runtime/hot/function_table.h"
#include "runtime/hot/hooks.h"
#include "runtime/hot/lane.h"
#include "runtime/hot/slow_paths.h"

using namespace glimpse::runtime;

extern "C" {

__attribute__((visibility("default"))) void __cyg_profile_func_enter(void* function, void* call_site) {
  const auto address = reinterpret_cast<std::uintptr_t>(function);
  const auto site = reinterpret_cast<std::uintptr_t>(call_site);
  const auto stack_pointer = reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa());

  FunctionTable* table = function_table.load(std::memory_order_relaxed);
  FunctionSlot* slot = find_slot(*table, address);
  if (slot == nullptr || !has_id(*slot)) [[unlikely]] {
    if (is_skipped(slot)) return;
    slot = register_function(address, table);
    if (slot == nullptr) return;
  }

  Lane& lane = this_thread.lane;
  if (lane.guard != 0) [[unlikely]]
    return enter_guarded(*table, *slot, site, stack_pointer);
  lane.guard = stack_pointer;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  enter_lane(lane, *table, *slot, site, stack_pointer);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  lane.guard = 0;
}

__attribute__((visibility("default"))) void __cyg_profile_func_exit(void* function, void* call_site) {
  const auto address = reinterpret_cast<std::uintptr_t>(function);
  const auto site = reinterpret_cast<std::uintptr_t>(call_site);

  FunctionSlot* slot = find_slot(*function_table.load(std::memory_order_relaxed), address);
  // Skipped, or entered before a fork or before anything was recorded.
  if (slot == nullptr || !has_id(*slot)) return;

  Lane& lane = this_thread.lane;
  const auto stack_pointer = reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa());
  if (lane.guard != 0) [[unlikely]]
    return exit_guarded(*slot, site, stack_pointer);
  lane.guard = stack_pointer;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  exit_lane(lane, *slot, site, stack_pointer);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  lane.guard = 0;
}

}  // extern "C"

GLIMPSE_UNTRACED_END
