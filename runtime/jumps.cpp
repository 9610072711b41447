// Control that leaves frames without a return: longjmp jumps over them, swapcontext parks them.
//
//   longjmp, _longjmp, siglongjmp, __longjmp_chk   the frames below the place that is jumped to are gone
//   swapcontext, setcontext                        the thread goes on with another stack, and says which bytes it has
//
// Each notes where control goes and jumps on to libc's, with stack and registers as they came: setjmp's and
// getcontext's callers find what they saved. What is not seen here (other libraries' switches, a program without
// dynamic linker) shows at the next hook: runtime/stacks.h, runtime/healing.cpp. In libglimpse.so alone.
//
// Threads and signals: siglongjmp may be called in a handler. libc's functions are looked up when the library is
// loaded.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <setjmp.h>
#include <ucontext.h>

#include "runtime/guarded.h"
#include "runtime/hot/lane.h"
#include "runtime/next_symbol.h"
#include "runtime/process.h"
#include "runtime/room.h"
#include "runtime/shadow_stack.h"
#include "runtime/stacks.h"
#include "runtime/unwinding.h"

namespace {

using namespace glimpse::runtime;

enum Jump : unsigned { kLongjmp, kUnderscoreLongjmp, kSiglongjmp, kLongjmpChk, kSwapcontext, kSetcontext, kJumps };
constexpr const char* kNames[kJumps] = {"longjmp",       "_longjmp",    "siglongjmp",
                                        "__longjmp_chk", "swapcontext", "setcontext"};
void* next[kJumps];

void* next_jump(Jump jump) {
  void* found = __atomic_load_n(&next[jump], __ATOMIC_RELAXED);
  if (found == nullptr) {
    found = next_symbol(kNames[jump]);
    __atomic_store_n(&next[jump], found, __ATOMIC_RELAXED);
  }
  return found;
}

__attribute__((constructor)) void look_up_jumps() {
  for (unsigned jump = 0; jump < kJumps; ++jump) next_jump(static_cast<Jump>(jump));
}

// The stack pointer that libc keeps in a jmp_buf: mangled with a secret in the thread's descriptor, and rotated.
std::uintptr_t saved_stack_pointer(const __jmp_buf_tag* place) {
  constexpr unsigned kStackPointer = 6;
  auto mangled = static_cast<std::uintptr_t>(place->__jmpbuf[kStackPointer]);
  asm("rorq $17, %0\n\txorq %%fs:0x30, %0" : "+r"(mangled) : : "cc");
  return mangled;
}

// The thread's lane, held while the object lives. Null where there is nothing to note, or a hook is at work.
class HeldLane {
 public:
  // Control is about to go on at `stack_pointer`.
  explicit HeldLane(std::uintptr_t stack_pointer) {
    Thread& thread = this_thread;
    if (thread.lane.base == nullptr || thread.process_generation != process.generation || !process_attached()) return;
    take_back_abandoned(thread, stack_pointer);
    if (thread.lane.guard != 0 && thread.lane.guard != kInFlight) return;
    lane_ = &thread.lane;
    guard_ = lane_->guard;
    lane_->guard = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));  // handlers use lanes of their own
  }
  ~HeldLane() {
    if (lane_ != nullptr) lane_->guard = guard_;
  }
  HeldLane(const HeldLane&) = delete;
  HeldLane& operator=(const HeldLane&) = delete;
  explicit operator bool() const { return lane_ != nullptr; }
  Lane& operator*() const { return *lane_; }

 private:
  Lane* lane_ = nullptr;
  std::uintptr_t guard_ = 0;
};

}  // namespace

extern "C" {

// Both return where to go on.

__attribute__((visibility("hidden"), used)) void* glimpse_note_longjmp(const __jmp_buf_tag* place, Jump jump) {
  const std::uintptr_t stack_pointer = saved_stack_pointer(place);
  if (const HeldLane lane(stack_pointer); lane) {
    find_stack(*lane, stack_pointer);
    leave_frames(*lane, innermost_kept(*lane, stack_pointer), glimpse::wire::LeaveReason::kJumped);
    forget_left_frames(this_thread);
  }
  return next_jump(jump);
}

__attribute__((visibility("hidden"), used)) void* glimpse_note_context(const ucontext_t* context, Jump jump) {
  const auto stack_pointer = static_cast<std::uintptr_t>(context->uc_mcontext.gregs[REG_RSP]);
  if (const HeldLane lane(stack_pointer); lane) {
    const auto low = reinterpret_cast<std::uintptr_t>(context->uc_stack.ss_sp);
    if (stack_pointer - low <= context->uc_stack.ss_size) {
      switch_stack(*lane, low, low + context->uc_stack.ss_size);
    } else {
      find_stack(*lane, stack_pointer);
    }
  }
  return next_jump(jump);
}

}  // extern "C"

// name: note(target, which), with both arguments kept, then a jump to what it returned.
#define GLIMPSE_JUMP(name, note, target, which) \
  asm("  .pushsection .text\n"                  \
      "  .weak " #name                          \
      "\n"                                      \
      "  .type " #name ", @function\n" #name    \
      ":\n"                                     \
      "  .cfi_startproc\n"                      \
      "  endbr64\n"                             \
      "  pushq %rdi\n"                          \
      "  .cfi_adjust_cfa_offset 8\n"            \
      "  pushq %rsi\n"                          \
      "  .cfi_adjust_cfa_offset 8\n"            \
      "  subq $8, %rsp\n"                       \
      "  .cfi_adjust_cfa_offset 8\n"            \
      "  movq " target                          \
      ", %rdi\n"                                \
      "  movl $" #which                         \
      ", %esi\n"                                \
      "  call " #note                           \
      "\n"                                      \
      "  addq $8, %rsp\n"                       \
      "  .cfi_adjust_cfa_offset -8\n"           \
      "  popq %rsi\n"                           \
      "  .cfi_adjust_cfa_offset -8\n"           \
      "  popq %rdi\n"                           \
      "  .cfi_adjust_cfa_offset -8\n"           \
      "  jmp *%rax\n"                           \
      "  .cfi_endproc\n"                        \
      "  .size " #name ", . - " #name           \
      "\n"                                      \
      "  .popsection")

GLIMPSE_JUMP(longjmp, glimpse_note_longjmp, "%rdi", 0);
GLIMPSE_JUMP(_longjmp, glimpse_note_longjmp, "%rdi", 1);
GLIMPSE_JUMP(siglongjmp, glimpse_note_longjmp, "%rdi", 2);
GLIMPSE_JUMP(__longjmp_chk, glimpse_note_longjmp, "%rdi", 3);
GLIMPSE_JUMP(swapcontext, glimpse_note_context, "%rsi", 4);
GLIMPSE_JUMP(setcontext, glimpse_note_context, "%rdi", 5);
static_assert(kLongjmp == 0 && kUnderscoreLongjmp == 1 && kSiglongjmp == 2 && kLongjmpChk == 3 && kSwapcontext == 4 &&
              kSetcontext == 5);

GLIMPSE_UNTRACED_END
