// A slot in the function table for a function that was not seen before.
//
// At most seven eighths of the slots are ever taken: looking for a function ends at a free slot, and soon.
//
// Threads and signals: safe anywhere. Failure: null where the table is full.
#pragma once

#include <atomic>
#include <cstdint>

#include "runtime/hot/function_table.h"

namespace glimpse::runtime {

// Of a table of mask + 1 slots.
inline constexpr std::intptr_t most_claimed(std::uintptr_t mask) {
  return static_cast<std::intptr_t>(mask + 1 - (mask + 1) / 8);
}

// Finds or claims the slot of `function`. `claimed` counts the slots that were; signed, for in a child that was forked
// amid a claim it may be one too low.
inline FunctionSlot* claim_slot(FunctionTable& table, std::atomic<std::intptr_t>& claimed, std::uintptr_t function) {
  std::uintptr_t index = slot_index(function, table.mask);
  while (true) {
    FunctionSlot& slot = table.slots[index];
    std::uintptr_t found = slot.function.load(std::memory_order_relaxed);
    if (found == 0) {
      const bool room = claimed.fetch_add(1, std::memory_order_relaxed) < most_claimed(table.mask);
      if (room && slot.function.compare_exchange_strong(found, function)) return &slot;
      claimed.fetch_sub(1, std::memory_order_relaxed);
      if (!room) return nullptr;
    }
    if (found == function) return &slot;
    index = (index + 1) & table.mask;
  }
}

}  // namespace glimpse::runtime
