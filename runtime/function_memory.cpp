#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <linux/mman.h>
#include <sys/mman.h>

#include "runtime/function_memory.h"
#include "runtime/hot/function_table.h"
#include "runtime/process.h"
#include "runtime/syscalls.h"

namespace glimpse::runtime {

namespace {

constinit std::atomic<wire::Decision> no_decision{wire::Decision::kUnknown};
constinit FunctionTable empty_table{0, &no_decision, {0}, kSkippedFunction, {}};

FunctionTable* mapped_table = nullptr;
std::uint64_t mapped_slots = 0;

// Ids below have entries and decisions with memory behind them, which grows by blocks.
constexpr std::uint32_t kFunctionsPerBlock = 4096;
static_assert(wire::kMaxFunctions % kFunctionsPerBlock == 0);
constinit std::atomic<std::uint32_t> backed_functions{0};

constexpr std::uint64_t kMostSlots = 1u << 22;
constexpr std::uint64_t kFewestSlots = 1u << 14;

std::uint64_t table_bytes(std::uint64_t slots) { return slots * sizeof(FunctionSlot) + wire::kPageBytes; }

}  // namespace

constinit std::atomic<FunctionTable*> function_table{&empty_table};

constinit std::atomic<std::intptr_t> claimed_slots{0};

bool map_function_table() {
  claimed_slots.store(0, std::memory_order_relaxed);
  if (mapped_table != nullptr) {  // a forked child: wiped, but for what a hook that was interrupted by the fork did
    sys_madvise(mapped_table, table_bytes(mapped_slots), MADV_DONTNEED);
    return true;
  }
  for (std::uint64_t count = kMostSlots; count >= kFewestSlots; count /= 4) {
    void* where = sys_mmap(nullptr, table_bytes(count), PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mmap_failed(where)) continue;
    sys_madvise(where, table_bytes(count), MADV_WIPEONFORK);
    sys_madvise(where, table_bytes(count), MADV_DONTDUMP);
    mapped_table = static_cast<FunctionTable*>(where);
    mapped_slots = count;
    return true;
  }
  return false;
}

void use_function_table() {
  mapped_table->decisions = reinterpret_cast<const std::atomic<wire::Decision>*>(process.base + wire::kDecisionsOffset);
  mapped_table->mask = table_mask(mapped_slots);
  mapped_table->excluded_what = process.session->patch_excluded != 0 ? kPatchedFunction : kSkippedFunction;
  mapped_table->ours.store(1, std::memory_order_release);
  function_table.store(mapped_table, std::memory_order_release);
}

void keep_function_table_readable() {
  if (mapped_table == nullptr || function_table_is_ours()) return;
  mapped_table->decisions = reinterpret_cast<const std::atomic<wire::Decision>*>(process.base + wire::kDecisionsOffset);
  mapped_table->mask = table_mask(mapped_slots);
  mapped_table->excluded_what = kSkippedFunction;
}

void stop_using_function_table() { function_table.store(&empty_table, std::memory_order_release); }

bool function_table_is_ours() {
  return mapped_table != nullptr && mapped_table->ours.load(std::memory_order_acquire) != 0;
}

bool back_first_functions() {
  backed_functions.store(0, std::memory_order_relaxed);
  return back_function(0);
}

bool back_function(std::uint32_t id) {
  std::uint32_t backed = backed_functions.load(std::memory_order_acquire);
  while (id >= backed) {  // threads that meet here do the same
    if (!populate(wire::kFunctionsOffset + std::uint64_t{backed} * sizeof(wire::FunctionEntry),
                  kFunctionsPerBlock * sizeof(wire::FunctionEntry)) ||
        !populate(wire::kDecisionsOffset + backed, kFunctionsPerBlock)) {
      return false;
    }
    if (backed_functions.compare_exchange_strong(backed, backed + kFunctionsPerBlock)) backed += kFunctionsPerBlock;
  }
  return true;
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
