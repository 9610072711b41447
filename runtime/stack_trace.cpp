#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <ucontext.h>

#include <atomic>

#include "glimpse/wire/process_file.h"
#include "glimpse/wire/record.h"
#include "runtime/confinement.h"
#include "runtime/frame_rules.h"
#include "runtime/modules.h"
#include "runtime/stack_trace.h"
#include "runtime/syscalls.h"

namespace glimpse::runtime {

namespace {

// A place with its rule in one word, so that a table of them needs no lock:
//
//   63       52 51          32 31          12 11  10   9     8      7     0
//   module      rbp_offset/8   cfa_offset/8    rbp    there  from   step
//                (signed)       (signed)                     rbp
constexpr unsigned kOffsetBits = 20;

bool packable(std::int32_t offset) { return offset % 8 == 0 && offset / 8 >= -(1 << 19) && offset / 8 < (1 << 19); }

std::uint64_t pack(const FrameRule& rule, std::uint32_t module) {
  const auto offset = [](std::int32_t value) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(value / 8)) & ((1u << kOffsetBits) - 1);
  };
  return std::uint64_t{module} << 52 | offset(rule.rbp_offset) << 32 | offset(rule.cfa_offset) << 12 |
         static_cast<std::uint64_t>(rule.rbp) << 10 | std::uint64_t{rule.cfa_is_there} << 9 |
         std::uint64_t{rule.cfa_from_rbp} << 8 | static_cast<std::uint64_t>(rule.step);
}
static_assert(wire::kMaxModules < (1u << 12));

FrameRule unpack(std::uint64_t packed, std::uint32_t& module) {
  const auto offset = [packed](unsigned from) {
    const auto high = static_cast<std::int32_t>(static_cast<std::uint32_t>(packed >> from) << (32 - kOffsetBits));
    return (high >> (32 - kOffsetBits)) * 8;
  };
  FrameRule rule;
  rule.step = static_cast<FrameRule::Step>(packed & 0xff);
  rule.cfa_from_rbp = (packed >> 8 & 1) != 0;
  rule.cfa_is_there = (packed >> 9 & 1) != 0;
  rule.rbp = static_cast<FrameRule::Rbp>(packed >> 10 & 3);
  rule.cfa_offset = offset(12);
  rule.rbp_offset = offset(32);
  module = static_cast<std::uint32_t>(packed >> 52);
  return rule;
}

// Two threads may write the same entry at once. Stored is the address mixed with the rule: halves of different writes
// give an address that nobody asks for.
struct Place {
  constexpr Place() = default;  // declared, so that Clang leaves it untraced like the rest

  std::atomic<std::uint64_t> mixed{0};
  std::atomic<std::uint64_t> packed{0};
};
constexpr std::uint64_t kPlaces = 1024;
constinit Place places[kPlaces];

Place& place_of(std::uintptr_t address) { return places[(address ^ address >> 10) % kPlaces]; }

FrameRule rule_at(std::uintptr_t address, std::uint32_t& module) {
  Place& place = place_of(address);
  const std::uint64_t known = place.packed.load(std::memory_order_relaxed);
  if ((place.mixed.load(std::memory_order_relaxed) ^ known) == address && known != 0) return unpack(known, module);
  const FrameRule rule = frame_rule(address);
  module = module_of(address);
  if (module == wire::kNoModule) module = 0;
  if (packable(rule.cfa_offset) && packable(rule.rbp_offset)) {
    const std::uint64_t packed = pack(rule, module);
    place.packed.store(packed, std::memory_order_relaxed);
    place.mixed.store(packed ^ address, std::memory_order_relaxed);
  }
  return rule;
}

// Reads words of a stack, each page looked at before it is touched: the kernel says EFAULT where there is none, and
// EINVAL, having read the word, where there is, as nothing is called 0x7fffffff.
class StackMemory {
 public:
  // Where the stack pointer is there is a stack.
  StackMemory() = default;
  explicit StackMemory(std::uintptr_t stack_pointer) : readable_(stack_pointer / wire::kPageBytes) {}

  bool read(std::uintptr_t at, std::uintptr_t& value) {
    if (at % sizeof(value) != 0) return false;
    const std::uintptr_t page = at / wire::kPageBytes;
    if (page != readable_) {
      if (confined() || raw_syscall(__NR_rt_sigprocmask, 0x7fffffff, static_cast<long>(at), 0, 8) != -22) return false;
      readable_ = page;
    }
    value = *reinterpret_cast<const std::uintptr_t*>(at);
    return true;
  }

 private:
  std::uintptr_t readable_ = 0;  // page; nobody's stack is in the first
};

// From a signal handler's return into what it interrupted.
bool step_over_signal(StackMemory& memory, CallPlace& place) {
  constexpr std::uintptr_t kRegisters = offsetof(ucontext_t, uc_mcontext.gregs);
  const std::uintptr_t context = place.rsp;
  return memory.read(context + kRegisters + REG_RIP * 8, place.address) &&
         memory.read(context + kRegisters + REG_RSP * 8, place.rsp) &&
         memory.read(context + kRegisters + REG_RBP * 8, place.rbp);
}

bool step(StackMemory& memory, const FrameRule& rule, CallPlace& place) {
  std::uintptr_t cfa = (rule.cfa_from_rbp ? place.rbp : place.rsp) + static_cast<std::uintptr_t>(rule.cfa_offset);
  if (rule.cfa_is_there && !memory.read(cfa, cfa)) return false;
  if (cfa <= place.rsp) return false;
  if (rule.rbp == FrameRule::Rbp::kAtRbp) {
    if (!memory.read(place.rbp + static_cast<std::uintptr_t>(rule.rbp_offset), place.rbp)) return false;
  } else if (rule.rbp == FrameRule::Rbp::kAtCfa) {
    if (!memory.read(cfa + static_cast<std::uintptr_t>(rule.rbp_offset), place.rbp)) return false;
  }
  place.rsp = cfa;
  return memory.read(cfa - 8, place.address);
}

// `interrupted`: by a signal, so that the address is that of an instruction, not behind a call.
std::uint32_t walk(StackMemory& memory, CallPlace place, bool interrupted, std::uint64_t* frames, std::uint32_t most) {
  std::uint32_t count = 0;
  while (count < most && place.address != 0) {
    const std::uintptr_t address = interrupted ? place.address : place.address - 1;
    std::uint32_t module = 0;
    const FrameRule rule = rule_at(address, module);
    interrupted = rule.step == FrameRule::Step::kSignal;
    if (!interrupted) frames[count++] = wire::pack_stack_frame(module, address);
    if (interrupted ? !step_over_signal(memory, place)
                    : rule.step != FrameRule::Step::kCall || !step(memory, rule, place)) {
      break;
    }
  }
  return count;
}

}  // namespace

std::uint32_t walk_stack(const CallPlace& start, std::uint64_t* frames, std::uint32_t most) {
  StackMemory memory(start.rsp);
  return walk(memory, start, false, frames, most);
}

std::uint32_t walk_interrupted(const ucontext_t& context, std::uint64_t* frames, std::uint32_t most) {
  const auto& registers = context.uc_mcontext.gregs;
  CallPlace place{static_cast<std::uintptr_t>(registers[REG_RIP]), static_cast<std::uintptr_t>(registers[REG_RSP]),
                  static_cast<std::uintptr_t>(registers[REG_RBP])};
  StackMemory memory;
  std::uint32_t module = 0;
  const bool no_code = rule_at(place.address, module).step == FrameRule::Step::kUnknown && module == 0;
  std::uintptr_t caller = 0;
  if (!no_code || !memory.read(place.rsp, caller)) return walk(memory, place, true, frames, most);
  place = {caller, place.rsp + sizeof(caller), place.rbp};
  return walk(memory, place, false, frames, most);
}

void forget_places() {
  for (Place& place : places) place.mixed.store(0, std::memory_order_relaxed);
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
