// vfork: a child that runs in its parent's memory, on its parent's stack, while the parent sleeps.
//
// The child's calls are recorded as its own, in a lane and ring of its own; when it has called exec or _exit, the
// parent finds its lane as it left it. The function itself is written in assembly: its return address must not lie on
// the stack, which the child overwrites, while both return through it.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <errno.h>
#include <sys/mman.h>
#include <sys/types.h>

#include "runtime/hot/lane.h"
#include "runtime/process.h"
#include "runtime/syscalls.h"
#include "runtime/text.h"
#include "runtime/threads.h"

using namespace glimpse::runtime;

namespace {

bool attached_here(const Thread& thread) {
  return thread.process_generation == process.generation && process_attached();
}

void forget_frames(Lane& lane) {
  if (lane.base == nullptr) return;
  sys_munmap(lane.base, static_cast<std::uint64_t>(lane.end - lane.base) * sizeof(Frame));
  lane.base = nullptr;
}

}  // namespace

extern "C" {

// In the child. Where the parent is not recorded, or amid a hook, the child is not recorded either.
__attribute__((visibility("hidden"), used)) int glimpse_vfork_child() {
  Thread& thread = this_thread;
  if (thread.vfork_child || thread.lane.guard != 0) return 0;
  if (!attached_here(thread)) {
    thread.lane.guard = kInternal;
    thread.vfork_child = true;
    return 0;
  }
  copy_bytes(&thread.set_aside, &thread.lane, sizeof(Lane));
  thread.vfork_child = true;
  thread.lane.base = nullptr;  // the parent's frames stay where they are
  reset_lane(thread.lane, 0);
  thread.tid = sys_gettid();
  return 0;
}

// In the parent, when the child has gone its own way. `result` is what the kernel said.
__attribute__((visibility("hidden"), used)) pid_t glimpse_vfork_parent(long result) {
  Thread& thread = this_thread;
  if (thread.vfork_child) {
    if (attached_here(thread)) {
      Lane& lane = thread.lane;
      if (lane.ring != &no_ring) lane.ring->state.store(glimpse::wire::RingState::kEnded, std::memory_order_release);
      forget_frames(lane);
      copy_bytes(&lane, &thread.set_aside, sizeof(Lane));
      thread.tid = sys_gettid();
    } else {
      thread.lane.guard = 0;
    }
    thread.vfork_child = false;
  }
  if (result >= 0) return static_cast<pid_t>(result);
  errno = static_cast<int>(-result);
  return -1;
}

}  // extern "C"

asm(R"(
  .pushsection .text
  .weak vfork
  .type vfork, @function
vfork:
  .cfi_startproc
  popq %rdi
  .cfi_adjust_cfa_offset -8
  .cfi_register %rip, %rdi
  movl $58, %eax                # __NR_vfork; keeps %rdi
  syscall
  pushq %rdi
  .cfi_adjust_cfa_offset 8
  .cfi_offset %rip, -8
  testq %rax, %rax
  jz 1f
  movq %rax, %rdi
  jmp glimpse_vfork_parent
1:
  jmp glimpse_vfork_child
  .cfi_endproc
  .size vfork, . - vfork
  .popsection
)");

GLIMPSE_UNTRACED_END
