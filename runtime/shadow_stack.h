// Taking frames off the shadow stack other than one by one.
#pragma once

#include <cstdint>

#include "glimpse/wire/record.h"
#include "runtime/hot/lane.h"

namespace glimpse::runtime {

// The frame below the outermost call.
bool is_bottom(const Frame& frame);

// Takes off everything above `last`. Returns how many of them have their START in the ring.
std::uint32_t pop_frames(Lane& lane, const Frame* last);

// The same, and tells the reader.
void leave_frames(Lane& lane, const Frame* last, wire::LeaveReason reason);

}  // namespace glimpse::runtime
