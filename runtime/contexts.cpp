// The active context of the calling thread, as the program asks for it and changes it.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <cstdint>

#include "runtime/active_context.h"
#include "runtime/lane_in_use.h"
#include "runtime/process.h"
#include "runtime/program_calls.h"
#include "runtime/room.h"

namespace glimpse::runtime {

namespace {

// The thread's own lane is told at once, so that the record's time is that of the change; others before their next
// event.
void tell_lanes(Thread& thread, std::uintptr_t stack_pointer) {
  bool told = false;
  const std::uintptr_t guard = thread.lane.guard;
  if ((guard == 0 || guard == kInFlight) && process_attached() && thread.process_generation == process.generation) {
    const LaneInUse in_use(thread.lane, stack_pointer);
    told = thread.lane.told_context == active_context_number() || push_context_usually(thread.lane);
  }
  if (!told) tell_before_next_event(thread.lane);
  if (thread.nested == nullptr) return;
  for (unsigned i = 0; i < kNestedLanes; ++i) tell_before_next_event(thread.nested[i]);
}

}  // namespace

void current_context(glimpse_context* context) { *context = active_context(); }

void attach_context(const glimpse_context* next, glimpse_context* previous) {
  glimpse_context to{};
  if (next != nullptr) to = *next;  // both may be the same
  if (previous != nullptr) *previous = active_context();
  change_active_context(&to);
  tell_lanes(this_thread, reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa()));
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
