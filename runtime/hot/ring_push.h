// One event into this thread's ring: clock, store, publish.
//
// A reader of a killed process sees the event if and only if the head was stored.
#pragma once

#include "glimpse/wire/event.h"
#include "runtime/hot/clock.h"
#include "runtime/hot/lane.h"
#include "runtime/hot/slow_paths.h"

namespace glimpse::runtime {

// `what`: function and kind, as wire::pack_event() packs them. False where the event was lost (and counted).
inline bool push_event(Lane& lane, std::uint32_t what) {
  const Ticks now = read_tsc();
  wire::RingHeader& ring = *lane.ring;
  const std::uint64_t head = ring.head.load(std::memory_order_relaxed);
  if (head == lane.limit || now.high != lane.epoch) [[unlikely]]
    return push_slowly(lane, what);
  // Atomic, the same store: where the ring overwrites, a reader may look at a word that was just taken back.
  __atomic_store_n(&lane.words[head & lane.mask], (std::uint64_t{now.low} << 32) | what, __ATOMIC_RELAXED);
  ring.head.store(head + 1, std::memory_order_release);
  return true;
}

}  // namespace glimpse::runtime
