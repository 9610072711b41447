// What a thread took back from its own ring because it was full: OverflowMode::kOverwrite.
//
//   tail before          tail                     head
//   ─────┼────────────────┼───────────────────────┼─────
//        │ taken back      │ still to be read       │
//        └─ Gap: what a reader must know to go on at `tail` as if it had read it all
//
// Two slots stand in the ring's header. The thread fills the one that does not belong to the tail, and then moves the
// tail by compare-and-swap: that is the commit. Where the reader was quicker the slot is emptied again. As long as the
// reader has not moved the tail itself, each Gap tells of everything since its last move.
//
// Threads: store_gap() and forget_gap() belong to the ring's thread, load_gap() to anybody; what was loaded holds if a
// compare-and-swap of the tail from that position succeeds afterwards.
#pragma once

#include <atomic>
#include <cstdint>

#include "glimpse/wire/record.h"

namespace glimpse::wire {

inline constexpr std::uint32_t kEpochNotTold = 0xffffffff;

inline constexpr std::uint32_t kMostGapStacks = 16;

// One of the thread's stacks (RecordType::kSwitch), as far as the gap changed it.
struct GapStack {
  std::uint64_t number;
  std::uint64_t ends;    // the innermost calls open before the gap that ended in it
  std::uint64_t opened;  // then: calls that began in it and are open behind it
};

struct Gap {
  Gap() { stacks[0] = {0, 0, 0}; }  // not all of them: there is no memset in the runtime

  std::uint64_t starts = 0;             // calls whose START was taken back, without those the policy excludes
  std::uint64_t lost_starts = 0;        // lost calls that RecordType::kLost told of: told here instead
  std::uint32_t clock_low = 0;          // low half of the clock of the last event in it
  std::uint32_t epoch = kEpochNotTold;  // high half, where it changed in the gap
  std::uint32_t exceptions = 0;         // 1: something was thrown or caught in it
  std::uint32_t renamed = 0;            // 1: the thread is called `name` now
  std::uint64_t name[2] = {0, 0};
  // The first is the stack that the thread was on before the gap, whatever its number; then those that it switched to,
  // each once. It is on stacks[running] behind the gap.
  std::uint32_t stack_count = 1;
  std::uint32_t running = 0;
  std::uint32_t stacks_lost = 0;      // 1: they were more than there is place for; nothing is known of any but...
  std::uint32_t last_number = 0;      // ... that the thread is on this one behind the gap
  std::uint32_t context_changed = 0;  // 1: `context` is active behind the gap, and was perhaps not before
  std::uint32_t records = 0;          // what the program said of its spans and logs and was taken back
  ContextPayload context = {0, 0, 0};
  GapStack stacks[kMostGapStacks];  // the first stack_count
};

inline constexpr int kGapWords = 12 + 3 * static_cast<int>(kMostGapStacks);

struct GapSlot {
  std::atomic<std::uint64_t> position;  // the tail behind the gap; 0: empty
  std::atomic<std::uint64_t> words[kGapWords];
};

inline void forget_gap(GapSlot& slot) { slot.position.store(0, std::memory_order_relaxed); }

inline void store_gap(GapSlot& slot, const Gap& gap, std::uint64_t position) {
  const auto pair = [](std::uint32_t low, std::uint32_t high) { return low | (std::uint64_t{high} << 32); };
  int at = 0;
  const auto put = [&](std::uint64_t word) { slot.words[at++].store(word, std::memory_order_relaxed); };
  put(gap.starts);
  put(gap.lost_starts);
  put(pair(gap.clock_low, gap.epoch));
  put(pair(gap.exceptions, gap.renamed));
  put(gap.name[0]);
  put(gap.name[1]);
  put(pair(gap.stack_count, gap.running));
  put(pair(gap.stacks_lost, gap.last_number));
  put(pair(gap.context_changed, gap.records));
  put(gap.context.trace_high);
  put(gap.context.trace_low);
  put(gap.context.span_id);
  for (std::uint32_t i = 0; i < gap.stack_count; ++i) {
    put(gap.stacks[i].number);
    put(gap.stacks[i].ends);
    put(gap.stacks[i].opened);
  }
  slot.position.store(position, std::memory_order_release);
}

inline Gap load_gap(const GapSlot& slot) {
  Gap gap;
  int at = 0;
  const auto take = [&] { return slot.words[at++].load(std::memory_order_relaxed); };
  const auto take_pair = [&](std::uint32_t& low, std::uint32_t& high) {
    const std::uint64_t word = take();
    low = static_cast<std::uint32_t>(word);
    high = static_cast<std::uint32_t>(word >> 32);
  };
  gap.starts = take();
  gap.lost_starts = take();
  take_pair(gap.clock_low, gap.epoch);
  take_pair(gap.exceptions, gap.renamed);
  gap.name[0] = take();
  gap.name[1] = take();
  take_pair(gap.stack_count, gap.running);
  take_pair(gap.stacks_lost, gap.last_number);
  take_pair(gap.context_changed, gap.records);
  gap.context.trace_high = take();
  gap.context.trace_low = take();
  gap.context.span_id = take();
  if (gap.stack_count == 0 || gap.stack_count > kMostGapStacks) gap.stack_count = 1;  // nobody's of ours
  if (gap.running >= gap.stack_count) gap.running = 0;
  for (std::uint32_t i = 0; i < gap.stack_count; ++i) gap.stacks[i] = {take(), take(), take()};
  return gap;
}

// The slot that tells of a gap in front of `tail`, or null.
template <typename Slot>
Slot* gap_before(Slot (&slots)[2], std::uint64_t tail) {
  for (Slot& slot : slots) {
    if (tail != 0 && slot.position.load(std::memory_order_acquire) == tail) return &slot;
  }
  return nullptr;
}

}  // namespace glimpse::wire
