// Taking frames off the shadow stack other than one by one.
#pragma once

#include <cstdint>

#include "glimpse/wire/record.h"
#include "runtime/hot/lane.h"

namespace glimpse::runtime {

// The frame below the outermost call.
bool is_bottom(const Frame& frame);

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
