#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "runtime/confinement.h"
#include "runtime/process.h"
#include "runtime/room.h"
#include "runtime/shadow_stack.h"
#include "runtime/stacks.h"
#include "runtime/syscalls.h"

namespace glimpse::runtime {

// One of a lane's stacks. While it is the current one, its bounds and frames are those of the lane.
struct Stack {
  StackBounds bounds;
  Frame* base;
  Frame* top;
  Frame* end;
  std::uint32_t matched;
};

// The stacks follow in memory, sorted by `bounds.low`. They do not overlap, but for fibers that live in memory of the
// thread's own stack.
struct StackTable {
  std::uint64_t count;
  std::uint64_t places;
  std::uint64_t current;
  std::uint32_t last_number;
  Frame* spare;  // memory of shadow stacks that are gone, each kFirstFrames long; the first word says where the next is

  Stack& at(std::uint64_t index) { return reinterpret_cast<Stack*>(this + 1)[index]; }
};
static_assert(sizeof(StackTable) % alignof(Stack) == 0);

namespace {

constexpr std::uintptr_t kPage = 4096;
constexpr std::uint64_t kFirstFrames = 4096;
constexpr std::uint64_t kFirstPlaces = 80;
// The kernel keeps this much below the top of the main thread's stack free of other mappings, mostly far more.
constexpr std::uintptr_t kMainStackBytes = std::uintptr_t{8} << 20;
constexpr std::uintptr_t kMostStackBytes = std::uintptr_t{1} << 30;
// How far below its top a thread's first call is looked for.
constexpr std::uintptr_t kFirstCallBytes = std::uintptr_t{16} << 20;
// Stacks that nobody announced: so far below the lowest known frame a call is believed to be on the same one.
constexpr std::uintptr_t kGuessBytes = std::uintptr_t{32} << 10;

bool contains(const StackBounds& bounds, std::uintptr_t address) {
  return bounds.kind != StackKind::kUnknown && address - bounds.low <= bounds.high - bounds.low;
}

// Whether a page can be read: the kernel looks at the set before it looks at the wrong `how`.
bool readable(std::uintptr_t page) {
  if (confined()) return true;  // it may not ask
  return raw_syscall(__NR_rt_sigprocmask, -1, static_cast<long>(page), 0, 8) != -EFAULT;
}

// The lowest page down to that of `low` from which on everything up to `high` can be read.
std::uintptr_t readable_from(std::uintptr_t low, std::uintptr_t high) {
  std::uintptr_t page = high & ~(kPage - 1);
  while (page > low && readable(page - kPage)) page -= kPage;
  return page;
}

// Whether no unmapped page, nor a guard, lies between the two.
bool contiguous(std::uintptr_t low, std::uintptr_t high) { return readable_from(low, high) <= low; }

std::uintptr_t thread_pointer() {
  std::uintptr_t pointer = 0;
  asm("mov %%fs:0, %0" : "=r"(pointer));
  return pointer;
}

// The stack where a thread is seen for the first time. The name of the program lies at the top of the main thread's,
// the C library's descriptor of the thread at the top of the others'.
StackBounds first_bounds(std::uintptr_t stack_pointer) {
  const std::uintptr_t main_top = getauxval(AT_EXECFN);
  if (stack_pointer < main_top && main_top - stack_pointer < kMainStackBytes) {
    return {main_top - kMainStackBytes, main_top, StackKind::kThreads, 0};
  }
  const std::uintptr_t low = stack_pointer & ~(kPage - 1);
  const std::uintptr_t top = thread_pointer();
  if (this_thread.tid != process.pid && stack_pointer < top && top - stack_pointer < kFirstCallBytes &&
      contiguous(low, top)) {
    return {low, top, StackKind::kThreads, 0};
  }
  return {low, stack_pointer + kPage, StackKind::kGuessed, 0};
}

// Whether `address`, near a stack that is known in part, lies on it too. It is then known further.
bool extend(StackBounds& bounds, std::uintptr_t address) {
  if (bounds.kind == StackKind::kAnnounced || bounds.kind == StackKind::kUnknown) return false;
  if (address > bounds.high) {
    if (bounds.kind == StackKind::kThreads || address - bounds.high > kPage) return false;
    bounds.high = address;
    return true;
  }
  const std::uintptr_t most = bounds.kind == StackKind::kThreads ? kMostStackBytes : kGuessBytes;
  if (bounds.low - address > most) return false;
  bounds.low = readable_from(address, bounds.low);  // where an unmapped page lies in between: the stack's very end
  return bounds.low <= address;
}

void note_depth(Lane& lane) {
  if (lane.stack.kind == StackKind::kUnknown || is_bottom(*lane.top)) return;
  const std::uintptr_t deepest = lane.top->stack_pointer;
  if (deepest < lane.stack.low && !on_alternate(lane, deepest)) lane.stack.low = deepest & ~(kPage - 1);
}

std::uint64_t open_frames(const Frame* base, const Frame* top) {
  return base == nullptr ? 0 : static_cast<std::uint64_t>(top - base);
}

StackTable* grow(StackTable* table) {
  const std::uint64_t places = table == nullptr ? kFirstPlaces : table->places * 4;
  const std::uint64_t bytes = sizeof(StackTable) + places * sizeof(Stack);
  if (confined()) return nullptr;
  void* where = sys_mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mmap_failed(where)) return nullptr;
  StackTable* grown = static_cast<StackTable*>(where);
  if (table != nullptr) {
    *grown = *table;
    for (std::uint64_t i = 0; i < table->count; ++i) grown->at(i) = table->at(i);
    sys_munmap(table, sizeof(StackTable) + table->places * sizeof(Stack));
  }
  grown->places = places;
  return grown;
}

void save(Lane& lane, StackTable& table) {
  note_depth(lane);
  table.at(table.current) = {lane.stack, lane.base, lane.top, lane.end, lane.matched};
}

// Makes stack `index` the current one. The reader is told before the next event.
void load(Lane& lane, StackTable& table, std::uint64_t index) {
  const Stack& stack = table.at(index);
  table.current = index;
  lane.parked_frames += open_frames(lane.base, lane.top);
  lane.parked_frames -= open_frames(stack.base, stack.top);
  lane.stack = stack.bounds;
  lane.base = stack.base;
  lane.top = stack.top;
  lane.end = stack.end;
  lane.matched = stack.matched;
  lane.room_end = lane.ring->head.load(std::memory_order_relaxed);
  lane.limit = lane.room_end;
}

// Where a stack that begins at `low` has its place in the table.
std::uint64_t place_of(StackTable& table, std::uintptr_t low) {
  std::uint64_t first = 0;
  std::uint64_t behind = table.count;
  while (first < behind) {
    const std::uint64_t middle = (first + behind) / 2;
    if (table.at(middle).bounds.low < low) {
      first = middle + 1;
    } else {
      behind = middle;
    }
  }
  return first;
}

void free_frames(StackTable& table, const Stack& stack) {
  if (stack.base == nullptr) return;
  const auto frames = static_cast<std::uint64_t>(stack.end - stack.base);
  if (frames != kFirstFrames) {
    sys_munmap(stack.base, frames * sizeof(Frame));
    return;
  }
  *reinterpret_cast<Frame**>(stack.base) = table.spare;
  table.spare = stack.base;
}

void remove(StackTable& table, std::uint64_t index) {
  free_frames(table, table.at(index));
  --table.count;
  for (std::uint64_t i = index; i < table.count; ++i) table.at(i) = table.at(i + 1);
  if (table.current > index) --table.current;
}

// Puts a stack without open calls into the table. False where there is no memory.
bool insert(Lane& lane, const StackBounds& bounds, std::uint64_t& index) {
  StackTable*& table = this_thread.stacks;
  if (table == nullptr || table->count == table->places) {
    StackTable* grown = grow(table);
    if (grown == nullptr) return false;
    if (table == nullptr) {
      grown->count = 1;
      table = grown;
      save(lane, *table);
    }
    table = grown;
  }
  Frame* base = table->spare;
  if (base != nullptr) {
    table->spare = *reinterpret_cast<Frame**>(base);
  } else {
    if (confined()) return false;
    void* where = sys_mmap(nullptr, kFirstFrames * sizeof(Frame), PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mmap_failed(where)) return false;
    base = static_cast<Frame*>(where);
  }
  *base = bottom_frame;
  index = place_of(*table, bounds.low);
  for (std::uint64_t i = table->count; i > index; --i) table->at(i) = table->at(i - 1);
  if (table->current >= index) ++table->current;
  ++table->count;
  table->at(index) = {bounds, base, base, base + kFirstFrames, 0};
  table->at(index).bounds.number = ++table->last_number;
  return true;
}

// Leaves the current stack for another. One without open calls is forgotten, unless it is the thread's own.
void go_to(Lane& lane, StackTable& table, std::uint64_t index) {
  const std::uint64_t left = table.current;
  if (index == left) return;
  save(lane, table);
  load(lane, table, index);
  const Stack& stack = table.at(left);
  if (stack.bounds.kind != StackKind::kThreads && stack.top == stack.base) remove(table, left);
}

void go_to_new(Lane& lane, const StackBounds& bounds) {
  std::uint64_t index = 0;
  if (insert(lane, bounds, index)) go_to(lane, *this_thread.stacks, index);
}

constexpr std::uint64_t kNone = ~std::uint64_t{0};

// The smallest known stack that contains the address.
std::uint64_t find_known(StackTable& table, std::uintptr_t address) {
  const std::uint64_t behind = place_of(table, address + 1);
  if (behind > 0 && contains(table.at(behind - 1).bounds, address)) return behind - 1;
  for (std::uint64_t i = behind; i > 0; --i) {
    if (contains(table.at(i - 1).bounds, address)) return i - 1;
  }
  return kNone;
}

// A stack next to the address that proves to reach as far.
std::uint64_t find_near(StackTable& table, std::uintptr_t address) {
  const std::uint64_t above = place_of(table, address);
  if (above < table.count && extend(table.at(above).bounds, address)) return above;
  if (above > 0 && extend(table.at(above - 1).bounds, address)) return above - 1;
  return kNone;
}

// Announced memory is a new stack: what was open on stacks that began in it will not come back.
void retire_within(Lane& lane, std::uintptr_t low, std::uintptr_t high) {
  if (this_thread.stacks == nullptr) return;
  StackTable& table = *this_thread.stacks;
  std::uint64_t index = place_of(table, low);
  while (index < table.count && table.at(index).bounds.low <= high) {
    if (index == table.current || table.at(index).bounds.kind == StackKind::kThreads) {
      ++index;
      continue;
    }
    const std::uint64_t before = table.current;
    save(lane, table);
    load(lane, table, index);
    leave_frames(lane, lane.base, wire::LeaveReason::kJumped);
    go_to(lane, table, before);  // which forgets the one without open calls
  }
}

bool may_change_stacks(const Lane& lane) { return lane.index == 0 && lane.base != nullptr && !this_thread.vfork_child; }

}  // namespace

bool arrived_on_alternate(Lane& lane, std::uintptr_t stack_pointer) {
  stack_t stack{};
  if (confined() || raw_syscall(__NR_sigaltstack, 0, as_long(&stack)) != 0 || (stack.ss_flags & SS_ONSTACK) == 0)
    return false;
  lane.alternate_low = reinterpret_cast<std::uintptr_t>(stack.ss_sp);
  lane.alternate_high = lane.alternate_low + stack.ss_size;
  return on_alternate(lane, stack_pointer);
}

void find_stack(Lane& lane, std::uintptr_t stack_pointer) {
  if (!may_change_stacks(lane)) return;
  if (lane.stack.kind == StackKind::kUnknown) {
    // The outermost open call is nearest to the stack's top. (An alternate stack is never seen before this is known.)
    const bool called = !is_bottom(*lane.top);
    const std::uint32_t number = lane.stack.number;
    lane.stack = first_bounds(called ? lane.base[1].stack_pointer : stack_pointer);
    lane.stack.number = number;
  }
  StackTable* table = this_thread.stacks;
  if (table == nullptr) {
    note_depth(lane);
    if (contains(lane.stack, stack_pointer)) return;
    if (arrived_on_alternate(lane, stack_pointer) || extend(lane.stack, stack_pointer)) return;
  } else {
    save(lane, *table);
    std::uint64_t index = find_known(*table, stack_pointer);
    if (index == kNone) {
      if (arrived_on_alternate(lane, stack_pointer)) return;
      index = find_near(*table, stack_pointer);
      if (index != kNone && index == table->current) lane.stack = table->at(index).bounds;
    }
    if (index != kNone) {
      go_to(lane, *table, index);
      return;
    }
  }
  go_to_new(lane, {stack_pointer & ~(kPage - 1), stack_pointer + kNearBytes / 2, StackKind::kGuessed, 0});
}

void switch_stack(Lane& lane, std::uintptr_t low, std::uintptr_t high) {
  if (!may_change_stacks(lane)) return;
  if (lane.stack.kind == StackKind::kUnknown) find_stack(lane, lane.top->stack_pointer);
  if (StackTable* table = this_thread.stacks) {
    const std::uint64_t index = place_of(*table, low);
    if (index < table->count && table->at(index).bounds.low == low && table->at(index).bounds.high == high) {
      return go_to(lane, *table, index);
    }
  }
  retire_within(lane, low, high);
  go_to_new(lane, {low, high, StackKind::kAnnounced, 0});
}

bool on_one_stack(Lane& lane, std::uintptr_t low, std::uintptr_t high) {
  StackTable* table = this_thread.stacks;
  if (table != nullptr && lane.index == 0 && find_known(*table, low) != find_known(*table, high)) return false;
  return high - low < kMostStackBytes && contiguous(low, high);
}

void close_parked_stacks(Thread& thread) {
  StackTable* table = thread.stacks;
  if (table == nullptr) return;
  Lane& lane = thread.lane;
  const std::uint64_t home = table->current;
  for (std::uint64_t i = 0; i < table->count; ++i) {
    if (i == home) continue;
    save(lane, *table);
    load(lane, *table, i);
    leave_frames(lane, lane.base, wire::LeaveReason::kJumped);
  }
  save(lane, *table);
  load(lane, *table, home);
  forget_stacks(thread);
}

void forget_stacks(Thread& thread) {
  StackTable* table = thread.stacks;
  if (table == nullptr) return;
  thread.stacks = nullptr;
  for (std::uint64_t i = 0; i < table->count; ++i) {
    const Stack& stack = table->at(i);
    if (i != table->current && stack.base != nullptr) {
      sys_munmap(stack.base, static_cast<std::uint64_t>(stack.end - stack.base) * sizeof(Frame));
    }
  }
  while (table->spare != nullptr) {
    Frame* frames = table->spare;
    table->spare = *reinterpret_cast<Frame**>(frames);
    sys_munmap(frames, kFirstFrames * sizeof(Frame));
  }
  thread.lane.parked_frames = 0;
  sys_munmap(table, sizeof(StackTable) + table->places * sizeof(Stack));
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
