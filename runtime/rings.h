// The rings of this process: inaccessible until a thread first claims them.
#pragma once

#include <cstdint>

#include "glimpse/wire/ring.h"

namespace glimpse::runtime {

// No ring is open: a new process begins.
void close_rings();

// Whether this process may touch the `index`th ring.
bool ring_opened(std::uint32_t index);

// Whether the ring is one of this process, or no_ring.
bool is_ring_of_process(const wire::RingHeader* ring);

// Claims a ring whose thread has ended and whose events were drained, or a new one. Where many wait to be drained and
// nothing may be lost, waits for the collector, bounded by enqueue_timeout: memory grows with the threads that live at
// once, not with those that have lived. Null where there is none, or no memory for it.
wire::RingHeader* take_ring();

// The thread may still record after it could last tell us of its end: its ring is ended when the kernel no longer knows
// it.
void let_linger(const wire::RingHeader* ring);

// Makes every ring accessible, so that opening one needs no system call.
void open_all_rings();

}  // namespace glimpse::runtime
