#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <asm/prctl.h>

#include "runtime/first_call.h"
#include "runtime/policy_change.h"
#include "runtime/process.h"
#include "runtime/syscalls.h"
#include "runtime/threads.h"

namespace glimpse::runtime {

namespace {

// Resolvers of indirect functions (IFUNC) run while the program is being relocated: the thread's storage is then zeros
// that its initial values will yet overwrite, and in a static program there is none.
bool too_early() {
  if (process.attachment.load(std::memory_order_relaxed) != Attachment::kNone) return false;
  std::uintptr_t storage = 0;
  raw_syscall(__NR_arch_prctl, ARCH_GET_FS, as_long(&storage));
  return storage == 0 || this_thread.lane.top == nullptr;
}

}  // namespace

bool attach_at_first_call() {
  if (too_early()) return false;
  Thread& thread = this_thread;
  if (thread.lane.guard == kInternal) return false;
  if (!process_attached()) {
    if (process.attachment.load(std::memory_order_relaxed) == Attachment::kDisabled) return false;
    if (thread.attaching) return false;  // a handler interrupted this very thread while it attaches
    thread.attaching = true;
    const bool attached = attach_process();
    thread.attaching = false;
    if (!attached) return false;
  }
  if (thread.process_generation != process.generation) start_thread(thread);
  follow_policy();
  return true;
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
