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

inline std::intptr_t most_claimed(const FunctionTable& table) {
  const std::uintptr_t slots = table.mask / sizeof(FunctionSlot) + 1;
  return static_cast<std::intptr_t>(slots - slots / 8);
}

// Finds or claims the slot of `function`. `claimed` counts the slots that were; signed, for in a child that was forked
// amid a claim it may be one too low.
inline FunctionSlot* claim_slot(FunctionTable& table, std::atomic<std::intptr_t>& claimed, std::uintptr_t function) {
  std::uintptr_t offset = first_offset(table, function);
  while (true) {
    FunctionSlot& slot = slot_at(table, offset);
    std::uintptr_t found = slot.key.load(std::memory_order_relaxed);
    if (found == 0) {
      const bool room = claimed.fetch_add(1, std::memory_order_relaxed) < most_claimed(table);
      if (room && slot.key.compare_exchange_strong(found, undecided_key(function))) return &slot;
      claimed.fetch_sub(1, std::memory_order_relaxed);
      if (!room) return nullptr;
    }
    if (function_of_key(found) == function) return &slot;
    offset = next_offset(table, offset);
  }
}

}  // namespace glimpse::runtime
