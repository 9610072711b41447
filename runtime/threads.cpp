#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <limits.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "glimpse/wire/control.h"
#include "glimpse/wire/record.h"
#include "runtime/confinement.h"
#include "runtime/errno_keeper.h"
#include "runtime/hot/function_table.h"
#include "runtime/hot/slow_paths.h"
#include "runtime/process.h"
#include "runtime/rings.h"
#include "runtime/room.h"
#include "runtime/shadow_stack.h"
#include "runtime/signals_held.h"
#include "runtime/stacks.h"
#include "runtime/syscalls.h"
#include "runtime/text.h"
#include "runtime/threads.h"

namespace glimpse::runtime {

constinit Frame bottom_frame{~std::uintptr_t{0}, 0, 0};
constinit wire::RingHeader no_ring{.head = 0, .populated_words = 0, .depth_limit = wire::kUnlimitedDepth};
constinit thread_local Thread this_thread{.lane = {.guard = 0,
                                                   .top = &bottom_frame,
                                                   .end = &bottom_frame + 1,
                                                   .ring = &no_ring,
                                                   .lap = 0,
                                                   .limit = 0,
                                                   .epoch = kNoEpoch,
                                                   .matched = 0,
                                                   .base = nullptr,
                                                   .words = nullptr,
                                                   .mask = 0,
                                                   .room_end = 0,
                                                   .lost_starts = 0,
                                                   .lost_ends = 0,
                                                   .stalled_tail = 0,
                                                   .told_epoch = kNoEpoch,
                                                   .index = 0,
                                                   .stack = {},
                                                   .alternate_low = 0,
                                                   .alternate_high = 0,
                                                   .parked_frames = 0,
                                                   .told_stack = 0,
                                                   .told_context = 0},
                                          .set_aside = {},
                                          .nested = nullptr,
                                          .stacks = nullptr,
                                          .process_generation = 0,
                                          .tid = 0,
                                          .in_flight_count = 0,
                                          .end_rounds = 0,
                                          .ring_refusals = 0,
                                          .vfork_child = false,
                                          .attaching = false,
                                          .registering = false,
                                          .told_name = {},
                                          .in_flight = {}};

namespace {

constexpr std::uint64_t kFirstFrames = 4096;

pthread_key_t end_key;
bool end_key_made = false;

void end_lane(Lane& lane) {
  if (lane.ring != &no_ring) {
    std::uint32_t open = 0;
    for (Frame* frame = lane.top; !is_bottom(*frame); --frame) {
      if ((frame->what & kRecorded) != 0) ++open;
    }
    if (open > 0) push_leave(lane, open, wire::LeaveReason::kForced);
    push_losses(lane);
    lane.ring->state.store(wire::RingState::kEnded, std::memory_order_release);
  }
  if (lane.base != nullptr) {
    sys_munmap(lane.base, static_cast<std::uint64_t>(lane.end - lane.base) * sizeof(Frame));
    lane.base = nullptr;
  }
  reset_lane(lane, lane.index);
}

// Words that the thread had recorded at its last but one round of destructors.
constinit thread_local std::uint64_t head_before_last_round __attribute__((tls_model("initial-exec"))) = 0;

void end_lanes(Thread& thread) {
  push_rename(thread.lane);
  close_parked_stacks(thread);
  end_lane(thread.lane);
  if (thread.nested != nullptr) {
    for (unsigned i = 0; i < kNestedLanes; ++i) end_lane(thread.nested[i]);
    sys_munmap(thread.nested, sizeof(Lane) * kNestedLanes);
    thread.nested = nullptr;
  }
  thread.in_flight_count = 0;
}

void let_lanes_linger(const Thread& thread) {
  let_linger(thread.lane.ring);
  if (thread.nested == nullptr) return;
  for (unsigned i = 0; i < kNestedLanes; ++i) let_linger(thread.nested[i].ring);
}

// Called by the C library when the thread ends, after the destructors of its C++ thread_local objects. It is passed on
// until the last round, so that other keys' destructors are still recorded in the same ring. Where some of them ask for
// each round, as we do, their last may come after ours: then the ring stays with the thread for as long as it lives.
void end_thread(void* value) {
  Thread& thread = this_thread;
  if (thread.process_generation != process.generation || !process_attached()) return;
  const std::uint64_t head = thread.lane.ring->head.load(std::memory_order_relaxed);
  if (++thread.end_rounds < PTHREAD_DESTRUCTOR_ITERATIONS) {
    head_before_last_round = head;
    pthread_setspecific(end_key, value);
    return;
  }
  thread.end_rounds = 0;
  const SignalsHeld held;
  thread.lane.guard = kInternal;
  if (head == head_before_last_round) {
    end_lanes(thread);
  } else {
    let_lanes_linger(thread);
  }
  ring_bell();
  thread.lane.guard = 0;
}

}  // namespace

void prepare_threads() {
  if (!end_key_made) end_key_made = pthread_key_create(&end_key, &end_thread) == 0;
  close_rings();
  start_thread(this_thread);
}

void start_thread(Thread& thread) {
  if (thread.process_generation != 0)
    forget_parents_lanes(thread);  // else as it was born; a handler may record already
  thread.tid = sys_gettid();
  thread.process_generation = process.generation;
}

void forget_parents_lanes(Thread& thread) {
  const SignalsHeld held;
  if (thread.lane.guard < kFirstStackPointer) {
    forget_parents_lane(thread, thread.lane);
    thread.in_flight_count = 0;
  }
  for (unsigned i = 0; thread.nested != nullptr && i < kNestedLanes; ++i) {
    if (thread.nested[i].guard == 0) forget_parents_lane(thread, thread.nested[i]);
  }
  thread.end_rounds = 0;
}

void forget_parents_lane(Thread& thread, Lane& lane) {
  const std::uintptr_t guard = lane.guard;
  if (lane.index == 0) forget_stacks(thread);
  reset_lane(lane, lane.index);
  lane.guard = guard;
}

void reset_lane(Lane& lane, std::uint32_t index) {
  lane.guard = 0;
  if (lane.base != nullptr) {
    lane.top = lane.base;
  } else {
    lane.top = &bottom_frame;
    lane.end = &bottom_frame + 1;
  }
  lane.ring = &no_ring;
  lane.lap = 0;
  lane.limit = 0;
  lane.words = nullptr;
  lane.mask = 0;
  lane.room_end = 0;
  lane.epoch = kNoEpoch;
  lane.told_epoch = kNoEpoch;
  lane.matched = 0;
  lane.lost_starts = 0;
  lane.lost_ends = 0;
  lane.stalled_tail = 0;
  lane.index = index;
  lane.stack = {};
  lane.alternate_low = 0;
  lane.alternate_high = 0;
  lane.parked_frames = 0;
  lane.told_stack = 0;
  lane.told_context = 0;
}

void tell_name() {
  Thread& thread = this_thread;
  if (thread.process_generation != process.generation || !process_attached()) return;
  const std::uintptr_t guard = thread.lane.guard;
  if (guard != 0 && guard != kInFlight) return;  // in a handler that interrupted a hook
  thread.lane.guard = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  push_rename(thread.lane);
  thread.lane.guard = guard;
}

bool claim_ring(Lane& lane) {
  wire::RingHeader* ring = take_ring();
  if (ring == nullptr) return false;
  Thread& thread = this_thread;
  if (thread.process_generation != process.generation) {  // its first call was of a function that has its slot already
    thread.tid = sys_gettid();
    thread.process_generation = process.generation;
  }
  ring->tid = thread.tid;
  ring->pid = thread.vfork_child ? sys_getpid() : process.pid;
  ring->lane = lane.index;
  ring->lost_starts.store(0, std::memory_order_relaxed);
  ring->lost_ends.store(0, std::memory_order_relaxed);
  ring->overwrites = process.session->overflow == wire::OverflowMode::kOverwrite ? 1 : 0;
  for (wire::GapSlot& slot : ring->gaps) wire::forget_gap(slot);
  ring->told_starts.store(0, std::memory_order_relaxed);
  ring->overwritten_starts.store(0, std::memory_order_relaxed);
  ring->read_starts.store(0, std::memory_order_relaxed);
  ring->written_starts.store(0, std::memory_order_relaxed);
  wire::begin_depth_limit(*process.header, *ring);
  for (char& c : ring->name) c = 0;
  if (!confined()) sys_prctl(PR_GET_NAME, ring->name);
  if (lane.index == 0) copy_bytes(thread.told_name, ring->name, sizeof(thread.told_name));
  lane.ring = ring;
  lane.words = reinterpret_cast<std::uint64_t*>(reinterpret_cast<std::uint8_t*>(ring) + wire::kPageBytes);
  lane.mask = process.header->ring_bytes / sizeof(std::uint64_t) - 1;
  lane.room_end = ring->head.load(std::memory_order_relaxed);
  lane.limit = lane.room_end;
  lane.epoch = process.tsc ? kNoEpoch : kForeignEpoch;
  lane.told_epoch = kNoEpoch;
  lane.told_stack = 0;
  lane.told_context = 0;
  ring->state.store(wire::RingState::kActive, std::memory_order_release);
  if (!end_key_made) let_linger(ring);
  if (lane.index == 0 && end_key_made && !thread.vfork_child) {
    const std::uintptr_t guard = lane.guard;
    const ErrnoKeeper keeper;
    const SignalsHeld held;  // a handler's calls are the program's own, and recorded
    lane.guard = kInternal;  // the C library may allocate, with an allocator of the program
    pthread_setspecific(end_key, &thread);
    lane.guard = guard;
  }
  return true;
}

bool make_nested_lanes(Thread& thread) {
  void* where =
      sys_mmap(nullptr, sizeof(Lane) * kNestedLanes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mmap_failed(where)) return thread.nested != nullptr;
  Lane* lanes = static_cast<Lane*>(where);
  for (unsigned i = 0; i < kNestedLanes; ++i) reset_lane(lanes[i], i + 1);
  Lane* none = nullptr;  // another handler may have come meanwhile, and have made them
  if (!__atomic_compare_exchange_n(&thread.nested, &none, lanes, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    sys_munmap(where, sizeof(Lane) * kNestedLanes);
  }
  return true;
}

void prepare_frames(Thread& thread, std::uint64_t frames) {
  const SignalsHeld held;
  while (static_cast<std::uint64_t>(thread.lane.end - thread.lane.base) < frames || thread.lane.base == nullptr) {
    if (!grow_frames(thread.lane)) break;
  }
  if (thread.nested == nullptr && !make_nested_lanes(thread)) return;
  for (unsigned i = 0; i < kNestedLanes; ++i) {
    if (thread.nested[i].base == nullptr) grow_frames(thread.nested[i]);
  }
}

bool grow_frames(Lane& lane) {
  const std::uint64_t used = lane.base == nullptr ? 1 : static_cast<std::uint64_t>(lane.top - lane.base) + 1;
  const std::uint64_t before = lane.base == nullptr ? 0 : static_cast<std::uint64_t>(lane.end - lane.base);
  const std::uint64_t after = before == 0 ? kFirstFrames : before * 4;
  const bool may = before == 0 || !confined();  // a new thread's first ones: it has just been given a stack
  void* where = may ? sys_mmap(nullptr, after * sizeof(Frame), PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
                    : nullptr;
  if (where == nullptr || mmap_failed(where)) {
    lane.lost_starts++;
    if (lane.ring != &no_ring) lane.ring->lost_starts.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  Frame* frames = static_cast<Frame*>(where);
  if (lane.base == nullptr) {
    frames[0] = bottom_frame;
  } else {
    for (std::uint64_t i = 0; i < used; ++i) frames[i] = lane.base[i];
    sys_munmap(lane.base, before * sizeof(Frame));
  }
  lane.base = frames;
  lane.top = frames + (used - 1);
  lane.end = frames + after;
  return true;
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
