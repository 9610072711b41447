#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "runtime/patching/hook_target.h"

namespace glimpse::runtime {

namespace {

constexpr unsigned kMostInStub = 3;  // endbr64, a number in r11, the jump
constexpr std::uintptr_t kMostBytes = 32;

bool inside(std::uintptr_t address, std::uintptr_t bytes, const Code& module) {
  return address >= module.low && address < module.high && bytes <= module.high - address;
}

bool is_hook(std::uintptr_t address, const Hooks& hooks) { return address == hooks.enter || address == hooks.exit; }

HookTarget pointed_to(std::uintptr_t slot, const Hooks& hooks, const Code& module) {
  std::uintptr_t address = 0;
  if (slot % sizeof(address) != 0 || !inside(slot, sizeof(address), module)) return HookTarget::kElsewhere;
  address = __atomic_load_n(reinterpret_cast<const std::uintptr_t*>(slot), __ATOMIC_RELAXED);
  if (is_hook(address, hooks)) return HookTarget::kHook;
  return inside(address, 1, module) ? HookTarget::kNotYet : HookTarget::kElsewhere;
}

HookTarget behind_stub(std::uintptr_t address, const Hooks& hooks, const Code& module) {
  constexpr std::uint16_t kR11 = 1u << 11;
  if (!inside(address, kMostBytes, module)) return HookTarget::kElsewhere;
  const auto* at = reinterpret_cast<const std::uint8_t*>(address);
  const std::uint8_t* end = at + kMostBytes;
  Instruction instruction;
  for (unsigned i = 0; i < kMostInStub; ++i) {
    if (!read_instruction(at, end, instruction)) return HookTarget::kElsewhere;
    if (instruction.flow == Flow::kJumpThrough) return pointed_to(instruction.target, hooks, module);
    if (instruction.flow != Flow::kNext || (instruction.changes & ~kR11) != 0) return HookTarget::kElsewhere;
    at += instruction.length;
  }
  return HookTarget::kElsewhere;
}

}  // namespace

HookTarget hook_target(const Instruction& instruction, const Hooks& hooks, const Code& module) {
  switch (instruction.flow) {
    case Flow::kCall:
    case Flow::kJump:
      if (is_hook(instruction.target, hooks)) return HookTarget::kHook;
      return behind_stub(instruction.target, hooks, module);
    case Flow::kCallThrough:
    case Flow::kJumpThrough:
      return pointed_to(instruction.target, hooks, module);
    default:
      return HookTarget::kElsewhere;
  }
}

std::uint8_t patched_jump_bytes(const std::uint8_t* opcode, const std::uint8_t* end, const Hooks& hooks,
                                const Code& module) {
  constexpr std::uint8_t kReturn = 0xc3;
  constexpr std::uint8_t kThrough = 0x25;  // ff 25
  constexpr long kJumpBytes = 5;
  constexpr long kJumpThroughBytes = 6;
  const auto leads = [&](Flow flow, long bytes) {
    if (end - opcode < bytes) return false;
    Instruction jump;
    std::int32_t distance = 0;
    __builtin_memcpy(&distance, opcode + bytes - 4, sizeof(distance));
    jump.flow = flow;
    jump.target = reinterpret_cast<std::uint64_t>(opcode + bytes) + static_cast<std::uint64_t>(std::int64_t{distance});
    return hook_target(jump, hooks, module) == HookTarget::kHook;
  };
  if (*opcode != kReturn) return 0;
  if (leads(Flow::kJump, kJumpBytes)) return kJumpBytes;
  if (end - opcode >= kJumpThroughBytes && opcode[1] == kThrough && leads(Flow::kJumpThrough, kJumpThroughBytes)) {
    return kJumpThroughBytes;
  }
  return 0;
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
