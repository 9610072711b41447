// dlclose: what stood at the addresses of a library that is gone may be another function next time.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <dlfcn.h>
#include <link.h>

#include "runtime/hot/function_table.h"
#include "runtime/native_objects.h"
#include "runtime/next_symbol.h"
#include "runtime/patching/patching.h"
#include "runtime/process.h"
#include "runtime/stack_trace.h"

namespace glimpse::runtime {

namespace {

bool still_loaded(const wire::ModuleEntry& entry) {
  dl_find_object found{};
  return _dl_find_object(reinterpret_cast<void*>(entry.start), &found) == 0 &&
         reinterpret_cast<std::uintptr_t>(found.dlfo_map_start) == entry.start &&
         reinterpret_cast<std::uintptr_t>(found.dlfo_map_end) == entry.end && found.dlfo_link_map->l_addr == entry.bias;
}

// Functions of the module lose their slots; called again, they are registered anew, under another id.
void forget_functions(std::uint32_t module) {
  const std::uint32_t count = process.header->function_count.load(std::memory_order_acquire);
  for (std::uint32_t id = 1; id <= count && id < wire::kMaxFunctions; ++id) {
    const wire::FunctionEntry& entry = process.functions[id];
    if (entry.module.load(std::memory_order_acquire) != module) continue;
    if (FunctionSlot* slot = find_slot(*function_table.load(std::memory_order_acquire), entry.address)) {
      slot->key.store(kForgottenKey, std::memory_order_relaxed);
    }
  }
}

// Marks the modules that have gone.
void forget_unloaded_modules() {
  const std::uint32_t count = process.header->module_count.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; i < count && i < wire::kMaxModules; ++i) {
    wire::ModuleEntry& entry = process.modules[i];
    if (entry.ready.load(std::memory_order_acquire) == 0 || entry.unloaded.load(std::memory_order_relaxed) != 0)
      continue;
    if (still_loaded(entry)) continue;
    entry.unloaded.store(1, std::memory_order_release);
    forget_functions(i + 1);
    forget_places();
    forget_code({entry.start, entry.end});
  }
}

using CloseFunction = int (*)(void*);
CloseFunction next_dlclose;

}  // namespace

}  // namespace glimpse::runtime

extern "C" __attribute__((visibility("default"), weak)) int dlclose(void* handle) {
  using namespace glimpse::runtime;
  if (next_dlclose == nullptr) next_dlclose = reinterpret_cast<CloseFunction>(dlsym(RTLD_NEXT, "dlclose"));
  begin_unloading();
  const int result = next_dlclose(handle);
  end_unloading();
  if (result == 0 && process_attached()) forget_unloaded_modules();
  return result;
}

GLIMPSE_UNTRACED_END
