// One stream of events with its shadow stack, and the thread-local state that holds them.
//
// The shadow stack has the open calls of the machine stack that the thread runs on. Where it runs on several in turn
// (fibers), those of the others are parked: runtime/stacks.h.
//
//   lane 0   the thread's own calls
//   lane 1…  calls of a signal handler that interrupted a hook of lane 0 (of lane 1, …)
//
// The guard says what the lane is doing, so that a hook can tell in one load whether the usual path is open:
//   0           nothing: go ahead
//   kInFlight   an exception is between its throw and its catch: take the exact, slow path
//   kInternal   glimpse itself called something that may be traced: record nothing
//   else        a hook is at work; the value is its stack pointer. Whoever sees this is a signal handler
//
// Threads: a Lane belongs to its thread. Signals: a handler that interrupts a hook leaves the lane alone and uses the
// next.
#pragma once

#include <atomic>
#include <cstdint>

#include "glimpse/wire/ring.h"
#include "runtime/hot/clock.h"

namespace glimpse::runtime {

// An open call.
struct Frame {
  std::uintptr_t stack_pointer;  // of the function's frame where it called the enter hook
  std::uint32_t call_site;       // low half of the return address
  std::uint32_t what;            // as in runtime/hot/function_table.h; kRecorded: its START is in the ring
};
static_assert(sizeof(Frame) == 16);

// A call no further below the innermost open one than this lies on the same stack. Anything else is looked at.
inline constexpr std::uintptr_t kNearBytes = 4096;
// The stack pointer of an exit hook may lie this far below that of its entry: arguments that are being passed.
inline constexpr std::uintptr_t kArgumentBytes = 256;

inline constexpr std::uintptr_t kInFlight = 1;
inline constexpr std::uintptr_t kInternal = 2;
inline constexpr std::uintptr_t kFirstStackPointer = 4096;

// A machine stack, as far as it is known: [low, high].
enum class StackKind : std::uint32_t {
  kUnknown,    // not looked at yet
  kThreads,    // the thread's own: `high` is its top, and it reaches down to an unmapped page
  kGuessed,    // somebody switched stacks by other means than libc: known is what was seen of it
  kAnnounced,  // swapcontext said which bytes it has
};
struct StackBounds {
  std::uintptr_t low;
  std::uintptr_t high;
  StackKind kind;
  std::uint32_t number;  // among the lane's
};

struct alignas(64) Lane {
  std::uintptr_t guard;
  Frame* top;  // innermost open call; below the first is a bottom frame
  Frame* end;  // one past the last place
  wire::RingHeader* ring;
  std::uintptr_t lap;   // the word at position p is at address lap + 8 p, until the ring's end: then a new lap begins
  std::uint64_t limit;  // head may not pass this without asking runtime/room.cpp
  std::uint32_t epoch;
  std::uint32_t matched;  // open calls that count against the ring's depth_limit
  // Not touched by the usual path.
  Frame* base;
  std::uint64_t* words;
  std::uint64_t mask;         // of word positions
  std::uint64_t room_end;     // there is room up to here, beyond the end of the lap or not
  std::uint64_t lost_starts;  // not yet told to the reader
  std::uint64_t lost_ends;
  std::uint64_t stalled_tail;  // where the reader stood when the lane last waited in vain, plus 1; 0: never
  std::uint32_t told_epoch;    // the epoch the reader was last told
  std::uint32_t index;
  StackBounds stack;             // the one `base` mirrors
  std::uintptr_t alternate_low;  // the alternate signal stack, where a handler was seen on it
  std::uintptr_t alternate_high;
  std::uint64_t parked_frames;  // open calls of the lane's other stacks
  std::uint32_t told_stack;     // the stack the reader was last told
  std::uint32_t told_context;   // the same of the active context, by its number: runtime/active_context.h
};

// An exception between its throw and its catch.
struct InFlight {
  const void* exception;
  std::uint64_t depth;  // frames below this place were open when it was thrown
};
inline constexpr unsigned kMaxInFlight = 16;
inline constexpr unsigned kNestedLanes = 3;

struct StackTable;  // runtime/stacks.cpp

struct Thread {
  Lane lane;
  Lane set_aside;                    // of the parent, while a vfork child uses `lane`
  Lane* nested;                      // kNestedLanes of them, once one was needed
  StackTable* stacks;                // all that `lane` has run on, once there was more than one
  std::uint32_t process_generation;  // which process (parent or forked child) this state belongs to
  std::uint32_t tid;
  std::uint32_t in_flight_count;
  std::uint32_t end_rounds;     // how often the thread was told that it ends
  std::uint32_t ring_refusals;  // since a ring was last asked for in vain
  bool vfork_child;             // `lane` is the child's
  bool attaching;
  bool registering;  // a function, or asking about all again; should the process fork amid it, it goes on in the child
  char told_name[16];  // the name that the collector knows
  InFlight in_flight[kMaxInFlight];
};

// What lies below the first open call: matched by no exit.
extern constinit Frame bottom_frame __attribute__((visibility("hidden")));
// A ring that is always full, for lanes that have none yet.
extern constinit wire::RingHeader no_ring __attribute__((visibility("hidden")));

extern constinit thread_local Thread this_thread __attribute__((visibility("hidden"), tls_model("initial-exec")));

}  // namespace glimpse::runtime
