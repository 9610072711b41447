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

namespace {

// Behind the decision, so that a skipped call does not even save a register: reached by a jump.
__attribute__((noinline)) void enter_recorded(FunctionTable& table, FunctionSlot& slot, std::uintptr_t call_site,
                                              std::uintptr_t stack_pointer) {
  Lane& lane = this_thread.lane;
  if (lane.guard != 0) [[unlikely]]
    return enter_guarded(table, slot, call_site, stack_pointer);
  lane.guard = stack_pointer;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  enter_lane(lane, table, slot, call_site, stack_pointer);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  lane.guard = 0;
}

__attribute__((noinline)) void exit_recorded(FunctionSlot& slot, std::uintptr_t call_site,
                                             std::uintptr_t stack_pointer) {
  Lane& lane = this_thread.lane;
  if (lane.guard != 0) [[unlikely]]
    return exit_guarded(slot, call_site, stack_pointer);
  lane.guard = stack_pointer;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  exit_lane(lane, slot, call_site, stack_pointer);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  lane.guard = 0;
}

// The first call of a function in this process, or one that may be patched away.
__attribute__((noinline)) void enter_unknown(std::uintptr_t function, std::uintptr_t call_site,
                                             std::uintptr_t stack_pointer) {
  FunctionTable* table = nullptr;
  FunctionSlot* slot = register_function(function, table);
  if (slot == nullptr) return;
  if (slot->id.load(std::memory_order_relaxed) == kPatchedFunction) {
    return patch_hook_calls(*slot, function, reinterpret_cast<const std::uintptr_t*>(stack_pointer)[-1]);
  }
  enter_recorded(*table, *slot, call_site, stack_pointer);
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) void __cyg_profile_func_enter(void* function, void* call_site) {
  const auto address = reinterpret_cast<std::uintptr_t>(function);
  const auto site = reinterpret_cast<std::uintptr_t>(call_site);
  const auto stack_pointer = reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa());

  FunctionTable& table = *function_table.load(std::memory_order_relaxed);
  FunctionSlot* slot = find_slot(table, address);
  if (slot != nullptr && has_id(*slot)) [[likely]]
    return enter_recorded(table, *slot, site, stack_pointer);
  if (!is_skipped(slot)) enter_unknown(address, site, stack_pointer);
}

__attribute__((visibility("default"))) void __cyg_profile_func_exit(void* function, void* call_site) {
  const auto address = reinterpret_cast<std::uintptr_t>(function);
  const auto site = reinterpret_cast<std::uintptr_t>(call_site);
  const auto stack_pointer = reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa());

  FunctionSlot* slot = find_slot(*function_table.load(std::memory_order_relaxed), address);
  // Else it is skipped, or was entered before a fork or before anything was recorded.
  if (slot != nullptr && has_id(*slot)) [[likely]]
    exit_recorded(*slot, site, stack_pointer);
}

// Our own, by names that nobody else has.
__attribute__((visibility("hidden"), alias("__cyg_profile_func_enter"))) void glimpse_enter_hook(void*, void*);
__attribute__((visibility("hidden"), alias("__cyg_profile_func_exit"))) void glimpse_exit_hook(void*, void*);

}  // extern "C"

GLIMPSE_UNTRACED_END
