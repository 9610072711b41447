// The first call of a function: it gets an id, which the collector will name and decide upon.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "runtime/first_call.h"
#include "runtime/function_claim.h"
#include "runtime/function_memory.h"
#include "runtime/hot/function_table.h"
#include "runtime/hot/slow_paths.h"
#include "runtime/modules.h"
#include "runtime/process.h"

namespace glimpse::runtime {

namespace {

// A new id with its entry for the collector; 0 where the table is full, or there is no memory. An id is counted only
// when its entry has memory, as the collector looks at all of them.
std::uint32_t new_id(std::uintptr_t function) {
  std::uint32_t count = process.header->function_count.load(std::memory_order_acquire);
  do {
    if (count + 1 >= wire::kMaxFunctions || !back_function(count + 1)) return 0;
  } while (!process.header->function_count.compare_exchange_weak(count, count + 1, std::memory_order_acq_rel));
  const std::uint32_t id = count + 1;
  wire::FunctionEntry& entry = process.functions[id];
  entry.address = function;
  entry.module.store(module_of(function), std::memory_order_release);
  return id;
}

// Another thread, or a handler on this one, may register the same function at the same time: the first id wins, the
// other is never used in an event. A handler may also fork: then the id is the parent's, and nobody's in the child.
bool has_id_of_process(FunctionSlot& slot, std::uintptr_t function, std::uint32_t generation) {
  if (slot.what.load(std::memory_order_acquire) != 0) return true;
  const std::uint32_t id = new_id(function);
  if (process.generation != generation || !process_attached()) return false;
  if (id == 0) {
    process.header->lost_functions.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  std::uint32_t none = 0;
  slot.what.compare_exchange_strong(none, (id << kFlagBits) | kRecorded, std::memory_order_acq_rel);
  ring_bell();
  return true;
}

}  // namespace

FunctionSlot* register_function(std::uintptr_t function, FunctionTable*& table) {
  if (!attach_at_first_call()) return nullptr;
  Thread& thread = this_thread;

  table = function_table.load(std::memory_order_acquire);
  if (table->ours.load(std::memory_order_relaxed) == 0) return nullptr;  // the process ends
  const std::uint32_t generation = process.generation;
  const bool interrupted = thread.registering;
  thread.registering = true;
  FunctionSlot* slot = claim_slot(*table, claimed_slots, function);
  if (slot == nullptr) process.header->lost_functions.fetch_add(1, std::memory_order_relaxed);
  const bool known = slot != nullptr && has_id_of_process(*slot, function, generation);
  thread.registering = interrupted;
  return known ? slot : nullptr;
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
