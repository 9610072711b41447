// One event into this thread's ring: clock, store, publish.
//
// The reader's processor holds the lines it has read: two lines ahead of the head, one is asked back before it is
// needed.
//
// A reader of a killed process sees the event if and only if the head was stored.
#pragma once

#include "glimpse/wire/event.h"
#include "runtime/hot/clock.h"
#include "runtime/hot/lane.h"
#include "runtime/hot/slow_paths.h"

namespace glimpse::runtime {

inline constexpr std::uint64_t kPrefetchWords = 16;

// `event`: function and kind, as wire::pack_event() packs them. False, and nothing has changed, where there is no room
// or more must be told first.
inline bool push_usually(Lane& lane, std::uint64_t event) {
  const Ticks now = read_tsc();
  if (now.high != lane.epoch) [[unlikely]]
    return false;
  const std::uint64_t stamped = (std::uint64_t{now.low} << 32) + event;
  wire::RingHeader& ring = *lane.ring;
  const std::uint64_t head = ring.head.load(std::memory_order_relaxed);
  if (head == lane.limit) [[unlikely]]
    return false;
  auto* word = reinterpret_cast<std::uint64_t*>(lane.lap + head * sizeof(std::uint64_t));
  // Atomic, the same store: where the ring overwrites, a reader may look at a word that was just taken back.
  __atomic_store_n(word, stamped, __ATOMIC_RELAXED);
  // Harmless beyond the ring's end. A processor that does not know the instruction does nothing; gcc and Clang use it
  // for newer ones only.
  asm volatile("prefetchw %0" : : "m"(word[kPrefetchWords]));
  ring.head.store(head + 1, std::memory_order_release);
  return true;
}

// False where the event was lost (and counted).
inline bool push_event(Lane& lane, std::uint32_t event) {
  return push_usually(lane, event) || push_slowly(lane, event);
}

}  // namespace glimpse::runtime
