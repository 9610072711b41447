// Which machine stack a thread is running on, where there are several.
//
//   the thread's own    where its calls begin
//   alternate           a signal handler's (sigaltstack): it lies on top of whatever was interrupted
//   fibers              swapcontext, Boost.Context, hand-made switches: each has its own open calls, which are parked
//                       while another stack runs
//
// A switch by libc is announced by runtime/jumps.cpp, with the bytes that the new stack has. Any other switch shows
// only in the stack pointer of the next hook: it lies on a stack that is known, or near one without an unmapped page in
// between, or else on a new one.
//
// Only lane 0 changes stacks; a handler's lanes stay with the stack that was interrupted. A fiber that another thread
// goes on with is a new stack there.
//
// Threads and signals: called by the thread that owns the lane, its guard set. No allocation but by mmap.
#pragma once

#include <cstdint>

#include "runtime/hot/lane.h"

namespace glimpse::runtime {

// Whether the address lies on the alternate signal stack last seen.
inline bool on_alternate(const Lane& lane, std::uintptr_t stack_pointer) {
  return stack_pointer - lane.alternate_low - 1 < lane.alternate_high - lane.alternate_low;
}

// Asks the kernel whether the thread runs on its alternate stack, with `stack_pointer` on it, and remembers where it
// is.
bool arrived_on_alternate(Lane& lane, std::uintptr_t stack_pointer);

// Makes the stack that `stack_pointer` lies on the lane's.
void find_stack(Lane& lane, std::uintptr_t stack_pointer);

// The same, where the stack is known to be [low, high].
void switch_stack(Lane& lane, std::uintptr_t low, std::uintptr_t high);

// Whether both addresses lie on one stack, as far as is known.
bool on_one_stack(Lane& lane, std::uintptr_t low, std::uintptr_t high);

// The thread ends: calls that are open on its other stacks are told as left, and the stacks forgotten.
void close_parked_stacks(Thread& thread);

// A forked child knows nothing of its parent's stacks.
void forget_stacks(Thread& thread);

}  // namespace glimpse::runtime
