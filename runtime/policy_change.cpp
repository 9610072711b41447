#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "runtime/hot/function_table.h"
#include "runtime/native_objects.h"
#include "runtime/policy_change.h"

namespace glimpse::runtime {

constinit std::atomic<std::uint32_t> followed_policy{0};

namespace {

// Registered, and not of a library that is gone: its address may be another function's now.
bool is_there(const wire::FunctionEntry& function) {
  const std::uint32_t module = function.module.load(std::memory_order_acquire);
  if (module == 0) return false;
  return module > wire::kMaxModules || process.modules[module - 1].unloaded.load(std::memory_order_acquire) == 0;
}

}  // namespace

void follow_changed_policy() {
  const std::uint32_t now = process.session->policy_done.load(std::memory_order_acquire);
  if (followed_policy.exchange(now, std::memory_order_acq_rel) == now) return;
  if (process.session->patch_excluded != 0) return;
  Thread& thread = this_thread;
  const bool interrupted = thread.registering;
  thread.registering = true;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  FunctionTable& table = *function_table.load(std::memory_order_acquire);
  for (std::uint32_t id = process.header->function_count.load(std::memory_order_acquire); id != 0; --id) {
    const wire::FunctionEntry& function = process.functions[id];
    if (!is_there(function)) continue;
    FunctionSlot* slot = find_slot(table, function.address);
    if (slot != nullptr) ask_again(*slot, function.address, id);
  }
  std::atomic_thread_fence(std::memory_order_seq_cst);  // slots before states, as runtime/native.cpp looks at them
  ask_native_functions_again();
  std::atomic_signal_fence(std::memory_order_seq_cst);
  thread.registering = interrupted;
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
