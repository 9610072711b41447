// From a function's address to its id and what the policy says of it.
//
// An open-addressed table in private memory, indexed by address so that functions beside each other in the text are
// beside each other here; functions at least 16 bytes apart never collide within 64 MiB of text. Slots are claimed once
// and never move, so that a lookup needs no lock. The memory is wiped in a forked child (MADV_WIPEONFORK): there every
// lookup misses, and the slow path notices that this is a new process.
//
// Threads and signals: lookups and claims are safe anywhere. Until a process is attached, the table is one empty slot.
#pragma once

#include <atomic>
#include <cstdint>

#include "glimpse/wire/process_file.h"

namespace glimpse::runtime {

// The id of a function that the policy excludes for certain.
inline constexpr std::uint32_t kSkippedFunction = 0xffffffff;
// The same, and the calls of its hooks are to be patched out of the program: runtime/patching/patching.h.
inline constexpr std::uint32_t kPatchedFunction = 0xfffffffe;

// The address in a slot whose function was unloaded: matches nothing, and is not free.
inline constexpr std::uintptr_t kForgottenFunction = 1;

struct FunctionSlot {
  std::atomic<std::uintptr_t> function;  // 0: free
  std::atomic<std::uint32_t> id;         // 0: being registered; kSkippedFunction, kPatchedFunction
  std::uint32_t visits;                  // of runtime/patching
};
static_assert(sizeof(FunctionSlot) == 16);

// The table and what belongs to it, behind one pointer: a hook that has read the pointer sees a whole table, whatever
// another thread attaches or ends meanwhile.
struct FunctionTable {
  std::uintptr_t mask;                            // slots, minus 1
  const std::atomic<wire::Decision>* decisions;   // by id, written by the collector
  const std::atomic<std::uint32_t>* depth_limit;  // written by the collector
  std::atomic<std::uint32_t> ours;                // 1 in the process that filled it, wiped to 0 in a forked child
  std::uint32_t excluded_id;                      // what an excluded function gets
  alignas(64) FunctionSlot slots[1];              // mask + 1 of them
};

extern constinit std::atomic<FunctionTable*> function_table __attribute__((visibility("hidden")));

// One comparison: 0 is out of range as well as the two of excluded functions.
inline bool has_id(const FunctionSlot& slot) {
  return slot.id.load(std::memory_order_relaxed) - 1 < kPatchedFunction - 1;
}
inline bool is_skipped(const FunctionSlot* slot) {
  return slot != nullptr && slot->id.load(std::memory_order_relaxed) == kSkippedFunction;
}

inline std::uintptr_t slot_index(std::uintptr_t function, std::uintptr_t mask) { return (function >> 4) & mask; }

// The slot of `function`, or null where it has none yet.
inline FunctionSlot* find_slot(FunctionTable& table, std::uintptr_t function) {
  std::uintptr_t index = slot_index(function, table.mask);
  while (true) {
    const std::uintptr_t found = table.slots[index].function.load(std::memory_order_relaxed);
    if (found == function) [[likely]]
      return &table.slots[index];
    if (found == 0) return nullptr;
    index = (index + 1) & table.mask;
  }
}

}  // namespace glimpse::runtime
