#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <stdlib.h>

#include "runtime/confinement.h"
#include "runtime/exit.h"
#include "runtime/function_memory.h"
#include "runtime/hot/lane.h"
#include "runtime/message.h"
#include "runtime/native_objects.h"
#include "runtime/process.h"
#include "runtime/recording.h"
#include "runtime/rings.h"
#include "runtime/syscalls.h"

namespace glimpse::runtime {

namespace {

constexpr std::uint64_t kPatienceNs = 3'000'000'000;
constexpr std::uint64_t kStepNs = 50'000'000;

std::uint64_t released_words() {
  std::uint64_t sum = 0;
  const std::uint32_t count = process.header->ring_count.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; i < count && i < process.header->max_rings; ++i) {
    if (ring_opened(i)) sum += ring_at(i)->tail.load(std::memory_order_relaxed);
  }
  return sum;
}

void wait_until_drained() {
  std::uint64_t waited_ns = 0;
  std::uint64_t released = released_words();
  while (process.header->drained.load(std::memory_order_acquire) == 0 && waited_ns < kPatienceNs) {
    if (process.session->collector_state.load(std::memory_order_acquire) == wire::CollectorState::kGone) return;
    if (wire::collector_was_killed(*process.session)) return;
    ring_bell();
    wait_for_change(process.header->drained, 0, kStepNs);
    const std::uint64_t now = released_words();
    waited_ns = now == released ? waited_ns + kStepNs : 0;
    released = now;
  }
}

// on_exit() hands over the status that exit() was given.
void note_status(int status, void*) {
  if (process_attached()) process.header->exit_status.store(status & 0xff, std::memory_order_relaxed);
}

// Nobody else is left to tell: the shell saw `glimpse run` die, or never knew of the collector.
void tell_where_the_collector_was_killed() {
  if (!wire::collector_was_killed(*process.session)) return;
  if (process.session->death_told.exchange(1, std::memory_order_relaxed) != 0) return;
  tell("the collector was killed; what it left is written by: glimpse recover --session ", process.session_path);
}

// After the destructors of the last library.
void finish(int status, void*) {
  if (!process_attached()) return;
  note_status(status, nullptr);
  process.header->state.store(wire::ProcessState::kExiting, std::memory_order_release);
  process.attachment.store(Attachment::kDisabled, std::memory_order_release);
  tell_recording(false);
  stop_using_function_table();
  forget_native_words();
  wait_until_drained();
  tell_where_the_collector_was_killed();
}

// Among the destructors, whose order over all libraries nobody can choose. But they are run by a handler of exit()
// themselves, and one that is registered meanwhile follows when all of them are through.
void begin_to_finish() {
  if (!process_attached()) return;
  if (process.session->linked == 0) {  // `glimpse run` outlives us, and records what still comes
    process.header->state.store(wire::ProcessState::kExiting, std::memory_order_release);
    ring_bell();
    tell_where_the_collector_was_killed();
    return;
  }
  const std::uintptr_t guard = this_thread.lane.guard;
  this_thread.lane.guard = kInternal;  // the C library may allocate, with an allocator of the program
  const bool registered = on_exit(&finish, nullptr) == 0;
  this_thread.lane.guard = guard;
  if (!registered) finish(process.header->exit_status.load(std::memory_order_relaxed), nullptr);
}

// The last of its own library's, or its program's.
__attribute__((section(".fini_array.00000"), used)) void (*const at_the_end)() = &begin_to_finish;

}  // namespace

// Registered when the process attaches, not by a constructor: handlers run in reverse order, and this one must run
// before the destructors of libraries, which main's start registered.
void watch_exit() { on_exit(&note_status, nullptr); }

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
