// The instructions of one function, or of one part of it, and the question what a register surely holds before one of
// them, whichever way control came there.
//
// The proof goes backwards over every way that leads to the instruction: the one before it, jumps within the function,
// exceptions. It fails where one of them is not known (a jump from elsewhere, a jump by a table), or ends otherwise
// than at an instruction that puts the value there.
//
// Threads and signals: one at a time, in memory that the caller provides. Failure: false.
#pragma once

#include <cstdint>

#include "runtime/eh_frame.h"
#include "runtime/patching/entrances.h"
#include "runtime/patching/hook_target.h"
#include "runtime/patching/instruction.h"

namespace glimpse::runtime {

// Why a hook call stays. Counted in the process file, in this order.
enum class Refusal : std::uint32_t {
  kNoUnwindTable,  // nothing says where the function begins and ends
  kMapping,        // its code is not a private mapping of a file, to be read and executed
  kInstructions,   // there is code that is not understood
  kJumpTable,      // or that jumps by a table
  kTooLarge,
  kShared,  // the call may be made for another function, too
  kTarget,  // the call leads elsewhere than to our hook
  kWrite,   // the kernel does not let us write
  kCount,
};

class FunctionCode {
 public:
  static constexpr std::uint32_t kMostInstructions = 1 << 14;

  // Reads the part that `entry` describes, in which tail jumps to `hooks` may have been patched; all are to stay as
  // long as questions are asked. Data are read within the `module` only. False with the reason.
  bool read(const EhFrameEntry& entry, const Entrances& entrances, const Code& module, const Hooks& hooks,
            Refusal& reason);

  std::uint32_t count() const { return count_; }
  const Instruction& operator[](std::uint32_t i) const { return instructions_[i].decoded; }
  std::uintptr_t address(std::uint32_t i) const { return start_ + instructions_[i].offset; }
  // The instruction that begins at `address`; count() where none does.
  std::uint32_t find(std::uintptr_t address) const;

  // Whether `reg` has `value` whenever the `i`th instruction is reached.
  bool always_has(std::uint32_t i, unsigned reg, std::uint64_t value);

 private:
  struct Place {
    Instruction decoded;
    std::uint32_t offset;
    std::uint32_t proof;  // the one that `asked` is of
    std::uint16_t asked;  // registers that it has looked for, or will
    bool is_target;       // of a jump within the function
    bool is_landing_pad;
  };
  struct Question {
    std::uint32_t place;
    std::uint32_t reg;
  };
  static constexpr std::uint32_t kMostQuestions = 1 << 13;

  bool ask(std::uint32_t i, unsigned reg);
  bool ask_before(Question question, std::uint64_t value);
  bool ask_thrower(Question question);
  bool ask_across(std::uint32_t previous, unsigned reg, std::uint64_t value);

  std::uint32_t first_from(std::uintptr_t address) const;

  const EhFrameEntry* entry_;
  Code module_;
  std::uintptr_t start_;
  const Entrances* entrances_;
  std::uint32_t count_;
  std::uint32_t jump_count_;
  std::uint32_t question_count_;
  std::uint32_t proof_;
  std::uint32_t jumps_[kMostInstructions];  // places that jump within the function
  std::uint32_t jump_targets_[kMostInstructions];
  Question questions_[kMostQuestions];
  Place instructions_[kMostInstructions];
};

}  // namespace glimpse::runtime
