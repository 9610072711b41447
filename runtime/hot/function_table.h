// From a function's address to its id and what the policy says of it, in one word.
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

#include "glimpse/wire/event.h"
#include "glimpse/wire/process_file.h"

namespace glimpse::runtime {

// The word of a function: its id, and flags that are also those of its frames (runtime/hot/lane.h).
//
//   0                        being registered
//   id << 3 | recorded       not decided yet: recorded, counts against no depth
//   id << 3 | recorded | counted
//   kSkippedFunction         the policy excludes it for certain
//   kPatchedFunction         the same, and the calls of its hooks are to be patched out: runtime/patching/patching.h
inline constexpr unsigned kFlagBits = wire::kKindBits;
inline constexpr std::uint32_t kCounted = 1;   // counts against the policy's depth
inline constexpr std::uint32_t kRecorded = 2;  // its events go into the ring
inline constexpr std::uint32_t kSkippedFunction = 4;
inline constexpr std::uint32_t kPatchedFunction = 6;

// An event of the function with this word, as it goes into the ring; for one that counts, with one instruction less.
constexpr std::uint32_t event_of(std::uint32_t what, wire::EventKind kind) {
  return (what & ~((1u << kFlagBits) - 1)) | static_cast<std::uint32_t>(kind);
}

// In the slot of a function that was unloaded: matches nothing, and is not free.
inline constexpr std::uintptr_t kForgottenKey = 1;
constexpr std::uint64_t event_of_counted(std::uint32_t what, wire::EventKind kind) {
  return std::uint64_t{what} - (kCounted | kRecorded) + static_cast<std::uint32_t>(kind);
}

// The word in the frame of a call that is not in the ring: beyond the depth, or lost.
constexpr std::uint32_t beyond_depth(std::uint32_t what) { return what & ~(kCounted | kRecorded); }

// What a slot is found by says what became of its function, so that a hook needs one comparison. No address of a
// program has one of the two upper bits.
constexpr std::uintptr_t undecided_key(std::uintptr_t function) { return function | (std::uintptr_t{1} << 62); }
constexpr std::uintptr_t counted_key(std::uintptr_t function) { return ~function; }
constexpr std::uintptr_t skipped_key(std::uintptr_t function) { return function; }
constexpr std::uintptr_t function_of_key(std::uintptr_t key) {
  return (key >> 63) != 0 ? ~key : key & ~(std::uintptr_t{1} << 62);
}

struct FunctionSlot {
  std::atomic<std::uintptr_t> key;  // 0: free
  std::atomic<std::uint32_t> what;
  std::uint32_t visits;  // of runtime/patching
};
static_assert(sizeof(FunctionSlot) == 16);

// One instruction: compilers do not compare with an atomic in memory.
inline bool has_key(const FunctionSlot& slot, std::uintptr_t key) {
  bool equal;
  asm volatile("cmpq %2, %1" : "=@cce"(equal) : "m"(slot.key), "r"(key));
  return equal;
}

// The table and what belongs to it, behind one pointer: a hook that has read the pointer sees a whole table, whatever
// another thread attaches or ends meanwhile.
struct FunctionTable {
  std::uintptr_t mask;                           // of byte offsets: 16 (slots - 1)
  const std::atomic<wire::Decision>* decisions;  // by id, written by the collector
  std::atomic<std::uint32_t> ours;               // 1 in the process that filled it, wiped to 0 in a forked child
  std::uint32_t excluded_what;                   // what an excluded function gets
  alignas(64) FunctionSlot slots[1];             // mask + 1 of them
};

extern constinit std::atomic<FunctionTable*> function_table __attribute__((visibility("hidden")));

inline bool has_id(std::uint32_t what) { return what >> kFlagBits != 0; }

// Functions begin 16 bytes apart as a rule, which is the size of a slot: so the address itself is the offset.
inline FunctionSlot& slot_at(FunctionTable& table, std::uintptr_t offset) {
  return *reinterpret_cast<FunctionSlot*>(reinterpret_cast<std::uint8_t*>(table.slots) + offset);
}
inline std::uintptr_t first_offset(const FunctionTable& table, std::uintptr_t function) {
  return function & table.mask;
}
inline std::uintptr_t next_offset(const FunctionTable& table, std::uintptr_t offset) {
  return (offset + sizeof(FunctionSlot)) & table.mask;
}
constexpr std::uintptr_t table_mask(std::uintptr_t slots) { return (slots - 1) * sizeof(FunctionSlot); }

// The slot of `function`, or null where it has none yet.
inline FunctionSlot* find_slot(FunctionTable& table, std::uintptr_t function) {
  std::uintptr_t offset = first_offset(table, function);
  while (true) {
    FunctionSlot& slot = slot_at(table, offset);
    const std::uintptr_t found = slot.key.load(std::memory_order_relaxed);
    if (found == 0) return nullptr;
    if (function_of_key(found) == function) return &slot;
    offset = next_offset(table, offset);
  }
}

// A function that is entered, once it is registered.
struct Callee {
  const FunctionTable& table;
  FunctionSlot& slot;
  std::uintptr_t function;
};

// A function that hooks skip is undecided again; any other stays what it is.
inline void ask_again(FunctionSlot& slot, std::uintptr_t function, std::uint32_t id) {
  std::uintptr_t skipped = skipped_key(function);
  if (!slot.key.compare_exchange_strong(skipped, undecided_key(function), std::memory_order_seq_cst)) return;
  slot.what.store((id << kFlagBits) | kRecorded, std::memory_order_relaxed);
}

// The function's word as the collector's decision now has it. Looked at by the calls until there is one. Of several
// that learn at once, perhaps by two policies, the one that changes the word writes the key that goes with it.
inline std::uint32_t learn_decision(const FunctionTable& table, FunctionSlot& slot, std::uintptr_t function) {
  std::uint32_t what = slot.what.load(std::memory_order_relaxed);
  if (!has_id(what) || (what & kCounted) != 0) return what;
  const std::uint32_t id = what >> kFlagBits;
  const wire::Decision decision = table.decisions[id].load(std::memory_order_relaxed);
  if (decision == wire::Decision::kUnknown) return what;
  const bool skip = decision == wire::Decision::kSkip;
  const std::uint32_t learnt = skip ? table.excluded_what : what | kCounted;
  if (!slot.what.compare_exchange_strong(what, learnt)) return what;
  if (learnt == kPatchedFunction) return learnt;
  slot.key.store(skip ? skipped_key(function) : counted_key(function), std::memory_order_seq_cst);
  // Whoever asks all functions again (runtime/policy_change.h) has seen the slot as it is now, or the policy is new.
  if (skip && table.decisions[id].load(std::memory_order_seq_cst) != wire::Decision::kSkip)
    ask_again(slot, function, id);
  return learnt;
}

// A function whose hook calls stay: skipped by the hook itself from now on.
inline void skip_function(FunctionSlot& slot, std::uintptr_t function) {
  slot.what.store(kSkippedFunction, std::memory_order_relaxed);
  slot.key.store(skipped_key(function), std::memory_order_release);
}

}  // namespace glimpse::runtime
