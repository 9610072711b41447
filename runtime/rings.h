// The rings of this process: inaccessible until a thread first claims them.
#pragma once

#include <cstdint>

#include "glimpse/wire/ring.h"

namespace glimpse::runtime {

// No ring is open: a new process begins.
void close_rings();

// Whether this process may touch the `index`th ring.
bool ring_opened(std::uint32_t index);

// Opens a ring that was just counted. Null where there is no memory for it.
wire::RingHeader* open_ring(std::uint32_t index);

}  // namespace glimpse::runtime
