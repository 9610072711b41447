// Functions written in assembly, read where the linker has put them: what is proven of the calls marked `call_…`.
#include "runtime/patching/function_code.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

#include "runtime/patching/code_memory.h"

// NAME: begin FUNCTION … end FUNCTION. The first argument of the hook is to be `subject`.
asm(R"(
  .macro begin name
  .globl \name
  .type \name, @function
  \name:
  .cfi_startproc
  .endm
  .macro end name
  .cfi_endproc
  .size \name, . - \name
  .endm
  .macro mark name
  .globl \name
  \name:
  .endm

  .text
  .p2align 4
  begin subject
    ret
  end subject
  begin other
    ret
  end other
  begin hook
    ret
  end hook

  begin straight
    leaq subject(%rip), %rdi
    movq 8(%rsp), %rsi
  mark call_straight
    call hook
    leaq other(%rip), %rdi
  mark call_of_other
    call hook
    ret
  end straight

  begin kept_over_calls
    pushq %rbx
    leaq subject(%rip), %rbx
  1:
    call other
    decl %eax
    jnz 1b
    movq %rbx, %rdi
    popq %rbx
  mark call_kept
    jmp hook
  end kept_over_calls

  begin not_kept
    leaq subject(%rip), %rdi
    call other
  mark call_not_kept
    call hook
    ret
  end not_kept

  begin merged
    testl %edi, %edi
    je 1f
    leaq other(%rip), %rdi
    jmp 2f
  1:
    leaq subject(%rip), %rdi
  2:
    movq (%rsp), %rsi
  mark call_merged
    call hook
    ret
  end merged

  begin merged_the_other_way
    testl %edi, %edi
    je 1f
    leaq other(%rip), %rbp
  2:
    movq %rbp, %rdi
  mark call_merged_the_other_way
    call hook
    ret
  1:
    leaq subject(%rip), %rbp
    jmp 2b
  end merged_the_other_way

  begin agreed
    testl %edi, %edi
    je 1f
    leaq subject(%rip), %rbp
    movq %rbp, %rdi
    jmp 2f
  1:
    leaq subject(%rip), %rdi
  2:
  mark call_agreed
    call hook
    ret
  end agreed

  begin chosen
    leaq subject(%rip), %rdi
    leaq other(%rip), %rax
    testl %esi, %esi
    cmove %rax, %rdi
  mark call_chosen
    call hook
    ret
  end chosen

  begin by_table
    leaq subject(%rip), %rdi
    jmp *%rax
  end by_table

  begin entered
    leaq subject(%rip), %rdi
  middle_of_entered:
  mark call_entered
    call hook
    ret
  end entered
  begin intruder
    leaq other(%rip), %rdi
    jmp middle_of_entered
  end intruder

  begin patched_before
    testl %edi, %edi
    je 1f
    .byte 0xc3                # was e9: jmp hook
    .long hook - . - 4
  1:
    leaq subject(%rip), %rdi
  mark call_behind_patched
    call hook
    ret
  end patched_before

  begin padded
    leaq subject(%rip), %rbp
    testl %edi, %edi
    je 1f
    ret
    nop
    .p2align 4
  1:
    movq %rbp, %rdi
  mark call_behind_padding
    call hook
    ret
  end padded

  begin unreached
    ret
  mark call_unreached
    call hook
    ret
  end unreached
)");

extern "C" {
void subject();
void hook();
void straight();
void by_table();
extern const char call_straight[], call_of_other[], call_kept[], call_not_kept[], call_merged[],
    call_merged_the_other_way[], call_agreed[], call_chosen[], call_entered[], call_unreached[], call_behind_patched[],
    call_behind_padding[];
}

namespace glimpse::runtime {
namespace {

template <typename Function>
std::uintptr_t as_number(Function* function) {
  return reinterpret_cast<std::uintptr_t>(function);
}

class FunctionCodeTest : public testing::Test {
 protected:
  // Reads the function around `address`.
  bool read(std::uintptr_t address) {
    dl_find_object found{};
    EXPECT_EQ(_dl_find_object(reinterpret_cast<void*>(address), &found), 0);
    EXPECT_TRUE(read_entry(find_entry(found.dlfo_eh_frame, address), entry_));
    Code mapping{};
    EXPECT_TRUE(find_code(address, mapping));
    const Entrances* entrances = Entrances::of(mapping, found.dlfo_eh_frame);
    EXPECT_NE(entrances, nullptr);
    const Code module{as_number(static_cast<char*>(found.dlfo_map_start)),
                      as_number(static_cast<char*>(found.dlfo_map_end))};
    return entrances != nullptr && code_->read(entry_, *entrances, module, {as_number(&hook), 0}, reason_);
  }

  bool is_subjects(const char* call) {
    EXPECT_TRUE(read(as_number(call)));
    const std::uint32_t i = code_->find(as_number(call));
    EXPECT_LT(i, code_->count());
    return code_->always_has(i, kRdi, as_number(&subject));
  }

  EhFrameEntry entry_;
  std::unique_ptr<FunctionCode> code_ = std::make_unique<FunctionCode>();
  Refusal reason_{};
};

TEST_F(FunctionCodeTest, AnAddressSetBeforeTheCallIsProven) {
  EXPECT_TRUE(is_subjects(call_straight));
  EXPECT_FALSE(is_subjects(call_of_other));
}

TEST_F(FunctionCodeTest, WhatACallKeepsIsKeptRoundALoopToo) {
  EXPECT_TRUE(is_subjects(call_kept));
  EXPECT_FALSE(is_subjects(call_not_kept));
}

TEST_F(FunctionCodeTest, ACallOfTwoFunctionsIsNobodys) {
  EXPECT_FALSE(is_subjects(call_merged));
  EXPECT_FALSE(is_subjects(call_merged_the_other_way));
  EXPECT_FALSE(is_subjects(call_chosen));
}

TEST_F(FunctionCodeTest, WhatIsLeftOfAPatchedTailJumpIsNoInstruction) { EXPECT_TRUE(is_subjects(call_behind_patched)); }

TEST_F(FunctionCodeTest, PaddingIsReachedByNobody) { EXPECT_TRUE(is_subjects(call_behind_padding)); }

TEST_F(FunctionCodeTest, WaysThatAgreeProveIt) { EXPECT_TRUE(is_subjects(call_agreed)); }

TEST_F(FunctionCodeTest, AJumpFromAnotherFunctionEndsTheProof) { EXPECT_FALSE(is_subjects(call_entered)); }

TEST_F(FunctionCodeTest, WhatNobodySeemsToReachIsReachedByTheUnknown) { EXPECT_FALSE(is_subjects(call_unreached)); }

TEST_F(FunctionCodeTest, AFunctionThatJumpsByATableIsRefused) {
  EXPECT_FALSE(read(as_number(&by_table)));
  EXPECT_EQ(reason_, Refusal::kJumpTable);
}

TEST_F(FunctionCodeTest, InstructionsAreFoundByTheirFirstByte) {
  ASSERT_TRUE(read(as_number(&straight)));
  EXPECT_EQ(code_->find(as_number(&straight)), 0u);
  EXPECT_EQ(code_->find(as_number(&straight) + 1), code_->count());
  EXPECT_EQ(code_->find(as_number(call_straight)), 2u);
  EXPECT_EQ(code_->address(2), as_number(call_straight));
}

// The decoder on real code: whatever one compiler and a C library contain ends where the unwind table says.
TEST_F(FunctionCodeTest, NearlyAllCodeOfThisProgramAndItsCLibraryIsUnderstood) {
  for (const auto address : {as_number(&subject), as_number(&dlsym)}) {
    dl_find_object found{};
    ASSERT_EQ(_dl_find_object(reinterpret_cast<void*>(address), &found), 0);
    const EhFrameTable table(found.dlfo_eh_frame);
    unsigned good = 0;
    for (std::uint32_t i = 0; i < table.count(); ++i) {
      EhFrameEntry entry;
      ASSERT_TRUE(read_entry(table.entry(i), entry));
      const auto* at = reinterpret_cast<const std::uint8_t*>(entry.start);
      const auto* end = reinterpret_cast<const std::uint8_t*>(entry.end);
      Instruction instruction;
      while (at < end && read_instruction(at, end, instruction)) at += instruction.length;
      if (at == end) ++good;
    }
    EXPECT_GT(good, table.count() / 100 * 97) << "of " << table.count();
  }
}

}  // namespace
}  // namespace glimpse::runtime
