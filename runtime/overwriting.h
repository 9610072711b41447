// OverflowMode::kOverwrite: a full ring makes room for what is new by giving up what is oldest.
//
// Threads and signals: called by the thread that owns the lane, its guard set.
#pragma once

#include <cstdint>

#include "runtime/hot/lane.h"

namespace glimpse::runtime {

// Takes the oldest records back, up to an eighth of the ring and at least `words` words of them, and leaves word of it
// for the reader (include/glimpse/wire/gap.h). Where the reader has moved the tail meanwhile nothing is taken: there
// may be room now. Either way the tail is another afterwards, unless the ring was empty.
void overwrite_oldest(Lane& lane, std::uint64_t words);

}  // namespace glimpse::runtime
