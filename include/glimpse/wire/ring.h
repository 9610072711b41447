// The memory of one ring: a page of header, then `ring_bytes` of words.
//
//   page 0  +-----------------+  written by the traced thread only
//           | head, populated |  words ever committed
//        64 +-----------------+  written by the collector, but for `waiting`; where the ring overwrites, the tail by
//        both
//           | tail, waiting   |  words ever released
//       128 +-----------------+
//           | who             |  lane, thread, counters
//       192 +-----------------+
//           | gaps            |  what the thread took back in front of the tail, see gap.h
//           +-----------------+
//   page 1… | word 0 … word n |  position p lives at p & (n - 1); a record may go round the end
//
// States:  kFree -> kActive (the thread claims it) -> kEnded (the thread is gone) -> kFree (the collector drained it).
// Crash:   the head is stored after the words, so that a reader of a killed process sees whole records only.
// A lane is one stream of events: a thread's own, or that of a signal handler which interrupted a hook of that thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "glimpse/wire/gap.h"

namespace glimpse::wire {

inline constexpr std::size_t kPageBytes = 4096;
inline constexpr std::uint64_t kMinRingBytes = 64 << 10;
inline constexpr std::uint64_t kMaxRingBytes = 1 << 30;

enum class RingState : std::uint32_t { kFree = 0, kClaimed = 1, kActive = 2, kEnded = 3 };

struct alignas(64) RingHeader {
  alignas(64) std::atomic<std::uint64_t> head;
  std::uint64_t populated_words;  // words that have memory behind them; a ring grows to its size as it is first used
  // Calls of the lane that are recorded at once, at most; 0 while recording is off. Written by whoever settles it:
  // include/glimpse/wire/control.h.
  std::atomic<std::uint32_t> depth_limit;
  alignas(64) std::atomic<std::uint64_t> tail;
  std::atomic<std::uint32_t> waiting;    // the thread sleeps until `tail_bell` changes
  std::atomic<std::uint32_t> tail_bell;  // futex: changed when the collector released words of a waiting thread
  std::uint32_t released_epoch;          // high half of the clock at `tail`, for a collector that takes over
  // Also for a collector that takes over. Lost calls that a notice has told of; where the ring overwrites: calls lost
  // in gaps that were read, STARTs that were read, and those of them that are in the output.
  std::atomic<std::uint64_t> told_starts;
  std::atomic<std::uint64_t> overwritten_starts;
  std::atomic<std::uint64_t> read_starts;
  std::atomic<std::uint64_t> written_starts;
  alignas(64) std::atomic<RingState> state;
  std::uint32_t tid;
  std::uint32_t lane;  // 0: the thread's own; 1, 2, …: handlers inside its hooks
  std::uint32_t pid;   // the process; another than the file's in a vfork child, which shares its memory
  char name[16];       // thread name when the ring was claimed, zero-terminated
  std::atomic<std::uint64_t> lost_starts;  // calls not recorded because the ring was full
  std::atomic<std::uint64_t> lost_ends;    // ends not recorded because the ring was full
  std::uint32_t overwrites;                // 1: where the ring is full its thread takes the oldest words back
  alignas(64) GapSlot gaps[2];
};

static_assert(sizeof(RingHeader) <= kPageBytes);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

}  // namespace glimpse::wire
