// Whether a call or jump leads to a hook: straight, or through a stub of the procedure linkage table (PLT).
//
// Threads and signals: safe anywhere.
#pragma once

#include <cstdint>

#include "runtime/patching/entrances.h"
#include "runtime/patching/instruction.h"

namespace glimpse::runtime {

struct Hooks {
  std::uintptr_t enter;
  std::uintptr_t exit;
};

enum class HookTarget : std::uint8_t {
  kElsewhere,
  kHook,
  kNotYet,  // the dynamic linker has not looked up where the stub leads, so it may be a hook
};

// `module`: where stubs and their pointers may lie, all of it readable where instructions refer to it.
HookTarget hook_target(const Instruction& instruction, const Hooks& hooks, const Code& module);

}  // namespace glimpse::runtime
