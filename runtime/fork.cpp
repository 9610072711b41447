// fork: the child has its parent's rings mapped, and a copy of the thread that called fork, whose lane writes to them.
//
// Usually it is that thread which calls the first traced function in the child, finds the function table wiped, and
// attaches. But the child may start other threads first, and a handler may fork amid a hook, which then goes on in the
// child. So the thread is told at once, by pthread_atfork; memory that it may still write to becomes private.
//
// A child that is made without fork(), by the system call, has no such warning: there it must be the thread itself that
// calls first.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <sys/mman.h>

#include "runtime/fork.h"
#include "runtime/function_memory.h"
#include "runtime/process.h"
#include "runtime/syscalls.h"
#include "runtime/threads.h"

// What pthread_atfork stands for. The last argument names a library that may be unloaded, which this one is not.
extern "C" int __register_atfork(void (*prepare)(), void (*in_parent)(), void (*in_child)(), void* library);

namespace glimpse::runtime {

namespace {

// Whatever is written there from now on is nobody's.
void make_private(std::uint8_t* base, std::uint64_t bytes) {
  sys_mmap(base, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

// The interrupted hooks store one more event; the next one asks for room, and learns that the ring is not ours.
void ask_for_room(Lane& lane) {
  lane.epoch = kNoEpoch;
  if (lane.ring != &no_ring) lane.ring->depth_limit.store(wire::kUnlimitedDepth, std::memory_order_relaxed);
}

bool amid_hook(const Thread& thread) { return thread.lane.guard >= kFirstStackPointer || thread.registering; }

void leave_parent() {
  if (process.base == nullptr || process.pid == sys_getpid()) return;  // or attached already, in another such handler
  keep_function_table_readable();
  note_parents_recording();
  Thread& thread = this_thread;
  forget_parents_lanes(thread);
  if (!amid_hook(thread)) return;
  make_private(process.base, process.mapped_bytes);
  process.base = nullptr;
  ask_for_room(thread.lane);
  for (unsigned i = 0; thread.nested != nullptr && i < kNestedLanes; ++i) ask_for_room(thread.nested[i]);
}

}  // namespace

void watch_fork() { __register_atfork(nullptr, nullptr, &leave_parent, nullptr); }

void let_go_of_parent(std::uint8_t* base, std::uint64_t bytes) { sys_munmap(base, bytes); }

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
