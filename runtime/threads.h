// A thread's beginning and end as glimpse sees them: its lanes, its shadow stacks, its rings.
#pragma once

#include <cstdint>

#include "runtime/hot/lane.h"

namespace glimpse::runtime {

// Once per process, when it has attached.
void prepare_threads();

// The thread is one of this process: what it knows of an earlier one (the parent it was forked from) it forgets.
void start_thread(Thread& thread);

// In a forked child: the thread's lanes leave the rings of the parent, and the frames that it opened; but for lanes
// whose hook was interrupted by the handler that forked, and will go on.
void forget_parents_lanes(Thread& thread);
void forget_parents_lane(Thread& thread, Lane& lane);

// A lane with nothing in it, without ring or frames. `frames` may hold memory to use again.
void reset_lane(Lane& lane, std::uint32_t index);

// The calling thread has a new name, perhaps.
void tell_name();

// Claims a ring for the lane. False where there is none, or no memory for it.
bool claim_ring(Lane& lane);

// Makes room for that many open calls, on the thread's own stack and in handlers that interrupt hooks.
void prepare_frames(Thread& thread, std::uint64_t frames);

// Gives the calling thread lanes for signal handlers. False where there is no memory.
bool make_nested_lanes(Thread& thread);

}  // namespace glimpse::runtime
