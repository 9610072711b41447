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

// Bytes of a jump to a hook that a return (c3) was written over, whose opcode is at `opcode`; 0 where none was there.
// What is left of the jump is no instruction.
std::uint8_t patched_jump_bytes(const std::uint8_t* opcode, const std::uint8_t* end, const Hooks& hooks,
                                const Code& module);

// `module`: where stubs and their pointers may lie, all of it readable where instructions refer to it.
HookTarget hook_target(const Instruction& instruction, const Hooks& hooks, const Code& module);

}  // namespace glimpse::runtime
