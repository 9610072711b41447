// Taking frames off the shadow stack other than one by one.
//
// Frames on an alternate signal stack lie on top of those they interrupted: their stack pointers compare with one
// another only, and all of them are gone once the thread is seen on the stack below.
#pragma once

#include <cstdint>

#include "glimpse/wire/record.h"
#include "runtime/hot/lane.h"

namespace glimpse::runtime {

// The frame below the outermost call.
inline bool is_bottom(const Frame& frame) { return frame.what == 0; }

// Whether the function of `frame` cannot be open any more, seen from `stack_pointer` on the same thread and stack.
bool is_gone(const Lane& lane, const Frame& frame, std::uintptr_t stack_pointer);

// The innermost frame that is not gone.
const Frame* innermost_kept(const Lane& lane, std::uintptr_t stack_pointer);

// Closes what is dead, seen from inside a function whose stack pointer this is: what is open then is open now.
void settle_within(Lane& lane, std::uintptr_t stack_pointer);

// The frame that an exit hook closes, its own stack pointer being `stack_pointer`; null where there is none.
//
// It is the innermost with the same function and call site. The stack pointer of an exit is that of the entry, or above
// it where the exit is a tail jump. Where gcc has split a function (partial inlining), entry and exit tell different
// call sites and stack pointers: then it is the innermost frame of the function.
const Frame* find_frame(const Lane& lane, std::uint32_t id, std::uint32_t call_site, std::uintptr_t stack_pointer);

// Takes off everything above `last`. Returns how many of them have their START in the ring.
std::uint32_t pop_frames(Lane& lane, const Frame* last);

// The same, and tells the reader.
void leave_frames(Lane& lane, const Frame* last, wire::LeaveReason reason);

}  // namespace glimpse::runtime
