// What a function that carries glimpse's own instrumentation (include/glimpse/wire/native.h) calls where it is entered
// and left: hooks that look nothing up, and keep every register, so that the function needs to save none around the
// call.
//
// This file alone is compiled without vector registers, which are so kept by not being used.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <cstdint>

#include "runtime/hot/held_lane.h"
#include "runtime/hot/hooks.h"
#include "runtime/hot/lane.h"
#include "runtime/hot/native_hooks.h"

using namespace glimpse::runtime;
using glimpse::wire::FunctionDescriptor;

namespace {

std::uint32_t word_of(const FunctionDescriptor& function) {
  return reinterpret_cast<const std::atomic<std::uint32_t>*>(function.word)->load(std::memory_order_relaxed);
}

}  // namespace

extern "C" {

GLIMPSE_KEEPS_REGISTERS void glimpse_native_enter(FunctionDescriptor* function, std::uint32_t call_site) {
  const auto stack_pointer = reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa());
  const std::uint32_t what = word_of(*function);
  Lane& lane = this_thread.lane;
  if ((what & kCounted) != 0 && lane.guard == 0) [[likely]] {
    const HeldLane held(lane, stack_pointer);
    if (enter_usually(lane, what, call_site, stack_pointer)) [[likely]]
      return;
  }
  glimpse_native_enter_slowly(function, stack_pointer, call_site);
}

GLIMPSE_KEEPS_REGISTERS void glimpse_native_exit(FunctionDescriptor* function, std::uint32_t call_site) {
  const auto stack_pointer = reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa());
  const std::uint32_t what = word_of(*function);
  Lane& lane = this_thread.lane;
  if ((what & kCounted) != 0 && lane.guard == 0) [[likely]] {
    const HeldLane held(lane, stack_pointer);
    if (exit_usually(lane, what, call_site, stack_pointer)) [[likely]]
      return;
  }
  glimpse_native_exit_slowly(function, stack_pointer, call_site);
}

GLIMPSE_KEEPS_REGISTERS void glimpse_native_unwound(FunctionDescriptor* function, std::uint32_t call_site) {
  glimpse_native_unwound_slowly(function, reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa()), call_site);
}

// Before the object is attached its functions have no words.

GLIMPSE_EARLY_HOOK void glimpse_enter_v1(FunctionDescriptor* function, std::uint32_t call_site) {
  glimpse_native_enter_slowly(function, reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa()), call_site);
}
GLIMPSE_EARLY_HOOK void glimpse_exit_v1(FunctionDescriptor* function, std::uint32_t call_site) {
  glimpse_native_exit_slowly(function, reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa()), call_site);
}
GLIMPSE_EARLY_HOOK void glimpse_unwound_v1(FunctionDescriptor* function, std::uint32_t call_site) {
  glimpse_native_unwound_slowly(function, reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa()), call_site);
}

}  // extern "C"

GLIMPSE_UNTRACED_END
