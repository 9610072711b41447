// What a hook does when it cannot take its usual path. All of it lives outside runtime/hot.
//
// Every function here is called with the lane's guard as the hook found it, and leaves it as a hook must.
#pragma once

#include <cstdint>

#include "runtime/hot/clock.h"
#include "runtime/hot/function_table.h"
#include "runtime/hot/lane.h"

namespace glimpse::runtime {

// A function without a slot: the first call, or a forked child, or a process that is not attached. Gives it a slot, or
// null where nothing is to be recorded. (runtime/functions.cpp)
// `table` becomes the one the slot is in.
FunctionSlot* register_function(std::uintptr_t function, FunctionTable*& table);

// The hook of an excluded function whose hook calls are to be patched was called, and will return to `return_address`.
// (runtime/patching/patching.cpp)
void patch_hook_calls(FunctionSlot& slot, std::uintptr_t function, std::uintptr_t return_address);

// The lane's guard is not 0. (runtime/guarded.cpp)
void enter_guarded(const Callee& callee, std::uint32_t call_site, std::uintptr_t stack_pointer);
void exit_guarded(std::uint32_t what, std::uint32_t call_site, std::uintptr_t stack_pointer);

// A function is entered that is not called by the innermost open one as far as stack pointers tell: finds the stack,
// and closes the frames whose functions are gone. (runtime/healing.cpp)
void settle_enter(Lane& lane, std::uint32_t call_site, std::uintptr_t stack_pointer);

// The innermost frame is not the one that exits, as it seems. True where it is now. (runtime/healing.cpp)
bool uncover_frame(Lane& lane, std::uint32_t id, std::uint32_t call_site, std::uintptr_t stack_pointer);

// The shadow stack is full. True where there is place now. (runtime/threads.cpp)
bool grow_frames(Lane& lane);

// The event could not simply be stored: the ring has no room or is at its end, the epoch changed, the clock is the
// kernel's, or the lane has no ring yet. False where the event is lost, which is then counted. (runtime/room.cpp)
bool push_slowly(Lane& lane, std::uint32_t event);

}  // namespace glimpse::runtime
