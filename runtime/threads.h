// A thread's beginning and end as glimpse sees them: its lanes, its shadow stacks, its rings.
#pragma once

#include <cstdint>

#include "runtime/hot/lane.h"

namespace glimpse::runtime {

// Once per process, when it has attached.
void prepare_threads();

// Forgets what the thread knows of an earlier process (the parent it was forked from) and readies its lanes.
void start_thread(Thread& thread);

// A lane with nothing in it, without ring or frames. `frames` may hold memory to use again.
void reset_lane(Lane& lane, std::uint32_t index);

// The calling thread has a new name, perhaps.
void tell_name();

// Claims a ring for the lane. False where there is none, or no memory for it.
bool claim_ring(Lane& lane);

// Gives the calling thread lanes for signal handlers. False where there is no memory.
bool make_nested_lanes(Thread& thread);

}  // namespace glimpse::runtime
