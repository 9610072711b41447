// Blocks: parts of a function that are recorded as calls of their own.
#pragma once

#include "runtime/hot/lane.h"

namespace glimpse::runtime {

// The block of this frame ends, normally; what is still open above it was left. The lane's guard is set.
void end_block(Lane& lane, const Frame* frame);

}  // namespace glimpse::runtime
