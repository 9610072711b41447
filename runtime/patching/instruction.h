// Machine instructions of x86-64, as far as patching needs them: how long one is, where control goes on, which general
// registers it may change, and what it puts into one.
//
// Threads and signals: safe anywhere. Failure: an instruction that is not known for certain is not decoded. Registers
// are numbered as the processor does: 0 rax, 1 rcx, 2 rdx, 3 rbx, 4 rsp, 5 rbp, 6 rsi, 7 rdi, 8 to 15.
#pragma once

#include <cstdint>

namespace glimpse::runtime {

enum class Flow : std::uint8_t {
  kNext,
  kCall,          // to `target`
  kCallThrough,   // to what lies at `target`
  kCallAnywhere,  // to what a register or other memory says
  kBranch,        // to `target`, or on
  kJump,          // to `target`
  kJumpThrough,   // to what lies at `target`
  kJumpAnywhere,
  kEnd,  // returns, or traps
};

enum class Effect : std::uint8_t {
  kOther,   // `changes` says which registers may have any value afterwards
  kSets,    // `result` is `value`
  kLoads,   // `result` is the eight bytes at `value`
  kCopies,  // `result` is what register `value` was
};

struct Instruction {
  Instruction() = default;  // declared, so that Clang leaves it untraced like the rest

  std::uint8_t length = 0;
  std::uint8_t opcode = 0;  // where the first byte of the opcode is
  Flow flow = Flow::kNext;
  Effect effect = Effect::kOther;
  std::uint8_t result = 0;
  bool pads = false;          // does nothing at all (nop)
  std::uint16_t changes = 0;  // a bit for each register
  std::uint64_t target = 0;
  std::uint64_t value = 0;
};

inline constexpr unsigned kRdi = 7;
// What a called function leaves as it was: rbx, rbp, r12 to r15.
inline constexpr std::uint16_t kKeptByCalls = 1u << 3 | 1u << 5 | 0xf000u;

// The instruction at `at`, all of it before `end`. False where it is not known.
bool read_instruction(const std::uint8_t* at, const std::uint8_t* end, Instruction& instruction);

}  // namespace glimpse::runtime
