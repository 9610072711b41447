// Hooks that were left amid their work.
#pragma once

#include <cstdint>

#include "runtime/hot/lane.h"

namespace glimpse::runtime {

// Control goes on at `stack_pointer`. Where that is above a hook that a handler interrupted, the hook will never go on:
// its lane is free again, and what the handler had open is closed.
void take_back_abandoned(Thread& thread, std::uintptr_t stack_pointer);

// For a handler that interrupted a hook: the first lane that no hook holds; null where handlers nest too deeply, or
// there is no memory.
Lane* handler_lane(Thread& thread);

}  // namespace glimpse::runtime
