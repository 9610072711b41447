// Native mode, out of line: the first call of a function, what the collector has not decided yet, handlers inside
// hooks, full rings, exceptions in flight. It does what a called hook does there, in the same function table; a
// function that is decided upon is from then on its own code's business, by its word or its state.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <cpuid.h>

#include "glimpse/wire/record.h"
#include "runtime/hot/function_table.h"
#include "runtime/hot/held_lane.h"
#include "runtime/hot/hooks.h"
#include "runtime/hot/lane.h"
#include "runtime/hot/native_hooks.h"
#include "runtime/hot/slow_paths.h"
#include "runtime/native.h"
#include "runtime/process.h"
#include "runtime/shadow_stack.h"
#include "runtime/stacks.h"
#include "runtime/unwinding.h"

// The vector registers to keep, as xsave counts them; 0: the processor or the kernel knows fxsave only.
extern "C" {
__attribute__((visibility("hidden"), used)) std::uint32_t glimpse_registers_to_keep = 0;
}

namespace glimpse::runtime {

namespace {

using wire::FunctionDescriptor;

std::uintptr_t address_of(const FunctionDescriptor& function) {
  return reinterpret_cast<std::uintptr_t>(&function.function) +
         static_cast<std::uintptr_t>(std::intptr_t{function.function});
}

void set_state(FunctionDescriptor& function, wire::NativeState state) {
  function.state.store(static_cast<std::uint8_t>(state), std::memory_order_seq_cst);
}

// The function's word is its own code's from now on. A handler may have forked since `generation` was looked at, or
// recording may have stopped: what was written then is taken back.
void hand_over(FunctionDescriptor& function, const FunctionSlot& slot, std::uint32_t generation) {
  const std::uint32_t what = slot.what.load(std::memory_order_relaxed);
  if (what == kSkippedFunction || what == kPatchedFunction) {
    set_state(function, wire::NativeState::kNotRecorded);
    if (slot.what.load(std::memory_order_seq_cst) != what)  // the policy changed: runtime/policy_change.h
      set_state(function, wire::NativeState::kRecorded);
    return;
  }
  if (!has_id(what) || (what & kCounted) == 0 || function.word == 0) return;
  auto* word = reinterpret_cast<std::atomic<std::uint32_t>*>(function.word);
  word->store(what, std::memory_order_seq_cst);
  if (process.generation != generation || !process_attached()) word->store(0, std::memory_order_seq_cst);
}

// The word of a function that is known to this process; 0: it was entered before a fork, or before anything was
// recorded.
std::uint32_t known_word(const FunctionDescriptor& function) {
  const FunctionSlot* slot = find_slot(*function_table.load(std::memory_order_relaxed), address_of(function));
  const std::uint32_t what = slot == nullptr ? 0 : slot->what.load(std::memory_order_relaxed);
  return has_id(what) ? what : 0;
}

}  // namespace

void prepare_register_saving() {
  constexpr std::uint32_t kSystemUses = 1u << 27;  // xsave, and the program may
  constexpr std::uint32_t kUpToAvx512 = 0xe7;
  std::uint32_t a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & kSystemUses) == 0) return;
  asm("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
  glimpse_registers_to_keep = a & kUpToAvx512;
}

}  // namespace glimpse::runtime

using namespace glimpse::runtime;
using glimpse::wire::FunctionDescriptor;

extern "C" {

__attribute__((visibility("hidden"), used)) void glimpse_native_enter_slowly_kept(FunctionDescriptor* function,
                                                                                  std::uintptr_t stack_pointer,
                                                                                  std::uint32_t call_site) {
  const std::uintptr_t address = address_of(*function);
  FunctionTable* table = function_table.load(std::memory_order_relaxed);
  FunctionSlot* slot = find_slot(*table, address);
  if (slot == nullptr || slot->what.load(std::memory_order_relaxed) == 0) {
    slot = register_function(address, table);
    if (slot == nullptr) {
      if (process.attachment.load(std::memory_order_relaxed) == Attachment::kDisabled)
        set_state(*function, glimpse::wire::NativeState::kNotRecorded);
      return;
    }
  }
  const std::uint32_t generation = process.generation;
  const Callee callee{*table, *slot, address};
  Lane& lane = this_thread.lane;
  if (slot->what.load(std::memory_order_relaxed) == kPatchedFunction) {
    // Excluded for good; there is no hook call to be patched.
  } else if (lane.guard != 0) {
    enter_guarded(callee, call_site, stack_pointer);
  } else {
    const HeldLane held(lane, stack_pointer);
    enter_lane_deciding(lane, callee, call_site, stack_pointer);
  }
  hand_over(*function, *slot, generation);
}

__attribute__((visibility("hidden"), used)) void glimpse_native_exit_slowly_kept(FunctionDescriptor* function,
                                                                                 std::uintptr_t stack_pointer,
                                                                                 std::uint32_t call_site) {
  const std::uint32_t what = known_word(*function);
  if (what == 0) return;
  Lane& lane = this_thread.lane;
  if (lane.guard != 0) return exit_guarded(what, call_site, stack_pointer);
  const HeldLane held(lane, stack_pointer);
  exit_lane(lane, what, call_site, stack_pointer);
}

__attribute__((visibility("hidden"), used)) void glimpse_native_unwound_slowly_kept(FunctionDescriptor* function,
                                                                                    std::uintptr_t stack_pointer,
                                                                                    std::uint32_t call_site) {
  const std::uint32_t what = known_word(*function);
  if (what == 0) return;
  Lane& lane = this_thread.lane;
  if (lane.guard != 0) return exit_guarded(what, call_site, stack_pointer);
  // Nobody told of the exception: a static program that was linked without our wraps.
  const HeldLane held(lane, stack_pointer);
  find_stack(lane, stack_pointer);
  const Frame* frame = find_frame(lane, what >> kFlagBits, call_site, stack_pointer);
  if (frame != nullptr) leave_frames(lane, frame - 1, glimpse::wire::LeaveReason::kForced);
}

}  // extern "C"

// name(%rdi, %rsi, %edx): calls name_kept with every register kept. The state of the vector registers takes
// 2688 bytes at most, as far as glimpse_registers_to_keep goes, and its header must be zeros beforehand.
#define GLIMPSE_KEEPING_REGISTERS(name)                \
  asm("  .pushsection .text\n"                         \
      "  .hidden " #name                               \
      "\n"                                             \
      "  .globl " #name                                \
      "\n"                                             \
      "  .type " #name ", @function\n" #name           \
      ":\n"                                            \
      "  .cfi_startproc\n"                             \
      "  endbr64\n"                                    \
      "  pushq %rbp\n"                                 \
      "  .cfi_adjust_cfa_offset 8\n"                   \
      "  .cfi_offset %rbp, -16\n"                      \
      "  movq %rsp, %rbp\n"                            \
      "  .cfi_def_cfa_register %rbp\n"                 \
      "  pushq %rax\n"                                 \
      "  pushq %rcx\n"                                 \
      "  pushq %rdx\n"                                 \
      "  pushq %rsi\n"                                 \
      "  pushq %rdi\n"                                 \
      "  pushq %r8\n"                                  \
      "  pushq %r9\n"                                  \
      "  pushq %r10\n"                                 \
      "  pushq %r11\n"                                 \
      "  movl %edx, %r11d\n"                           \
      "  movl glimpse_registers_to_keep(%rip), %eax\n" \
      "  testl %eax, %eax\n"                           \
      "  jz 1f\n"                                      \
      "  testl $0xe0, %eax\n"                          \
      "  leaq -2752(%rsp), %r10\n"                     \
      "  jnz 2f\n"                                     \
      "  leaq -832(%rsp), %r10\n"                      \
      "2:\n"                                           \
      "  andq $-64, %r10\n"                            \
      "  movq %r10, %rsp\n"                            \
      "  xorl %edx, %edx\n"                            \
      "  movq %rdx, 512(%rsp)\n"                       \
      "  movq %rdx, 520(%rsp)\n"                       \
      "  movq %rdx, 528(%rsp)\n"                       \
      "  movq %rdx, 536(%rsp)\n"                       \
      "  movq %rdx, 544(%rsp)\n"                       \
      "  movq %rdx, 552(%rsp)\n"                       \
      "  movq %rdx, 560(%rsp)\n"                       \
      "  movq %rdx, 568(%rsp)\n"                       \
      "  xsave (%rsp)\n"                               \
      "  movl %r11d, %edx\n"                           \
      "  call " #name                                  \
      "_kept\n"                                        \
      "  movl glimpse_registers_to_keep(%rip), %eax\n" \
      "  xorl %edx, %edx\n"                            \
      "  xrstor (%rsp)\n"                              \
      "  jmp 3f\n"                                     \
      "1:\n"                                           \
      "  subq $512, %rsp\n"                            \
      "  andq $-64, %rsp\n"                            \
      "  fxsave (%rsp)\n"                              \
      "  call " #name                                  \
      "_kept\n"                                        \
      "  fxrstor (%rsp)\n"                             \
      "3:\n"                                           \
      "  leaq -72(%rbp), %rsp\n"                       \
      "  popq %r11\n"                                  \
      "  popq %r10\n"                                  \
      "  popq %r9\n"                                   \
      "  popq %r8\n"                                   \
      "  popq %rdi\n"                                  \
      "  popq %rsi\n"                                  \
      "  popq %rdx\n"                                  \
      "  popq %rcx\n"                                  \
      "  popq %rax\n"                                  \
      "  popq %rbp\n"                                  \
      "  .cfi_def_cfa %rsp, 8\n"                       \
      "  ret\n"                                        \
      "  .cfi_endproc\n"                               \
      "  .size " #name ", . - " #name                  \
      "\n"                                             \
      "  .popsection")

GLIMPSE_KEEPING_REGISTERS(glimpse_native_enter_slowly);
GLIMPSE_KEEPING_REGISTERS(glimpse_native_exit_slowly);
GLIMPSE_KEEPING_REGISTERS(glimpse_native_unwound_slowly);

GLIMPSE_UNTRACED_END
