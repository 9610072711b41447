#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <dlfcn.h>
#include <sys/mman.h>

#include "runtime/confinement.h"
#include "runtime/eh_frame.h"
#include "runtime/hot/function_table.h"
#include "runtime/hot/slow_paths.h"
#include "runtime/message.h"
#include "runtime/patching/code_memory.h"
#include "runtime/patching/function_code.h"
#include "runtime/patching/hook_target.h"
#include "runtime/patching/patching.h"
#include "runtime/process.h"
#include "runtime/signals_held.h"
#include "runtime/syscalls.h"

// The hooks of this very library, whichever the program finds first by their names: runtime/hot/hooks.cpp.
extern "C" {
__attribute__((visibility("hidden"))) void glimpse_enter_hook(void*, void*);
__attribute__((visibility("hidden"))) void glimpse_exit_hook(void*, void*);
}

namespace glimpse::runtime {

namespace {

static_assert(static_cast<std::uint32_t>(Refusal::kCount) == wire::kPatchRefusals);

// A function whose hook came here so often is skipped from then on, wherever else it may be called. What is not yet
// decided is waited for less long.
constexpr std::uint32_t kMostVisits = 4096;
constexpr std::uint32_t kVisitsOfWaiting = 64;
// Reading the code for nothing takes as long as many visits.
constexpr std::uint32_t kVisitsOfRefusal = 32;

// The lock: 0, or the generation of the process whose thread holds it. In a forked child nobody holds its parent's.
constinit std::atomic<std::uint32_t> holder{0};

bool take_lock() {
  std::uint32_t seen = holder.load(std::memory_order_relaxed);
  return seen != process.generation &&
         holder.compare_exchange_strong(seen, process.generation, std::memory_order_acquire);
}

void release_lock() { holder.store(0, std::memory_order_release); }

// Where code was not to be written once, it is not tried again.
constinit std::atomic<bool> unwritable{false};

// Return addresses of calls that were refused, each in one of a few places. One that finds them taken is looked at
// again.
constexpr std::uint64_t kRefusedPlaces = 1 << 12;
constexpr std::uint64_t kPlacesOfEach = 8;
constinit std::atomic<std::uintptr_t> refused_calls[kRefusedPlaces + kPlacesOfEach]{};

std::atomic<std::uintptr_t>* refused_places(std::uintptr_t return_address) {
  return &refused_calls[(return_address * 0x9e3779b97f4a7c15) >> 52];
}
static_assert(kRefusedPlaces == std::uint64_t{1} << (64 - 52));

bool was_refused(std::uintptr_t return_address) {
  const std::atomic<std::uintptr_t>* places = refused_places(return_address);
  for (std::uint64_t i = 0; i < kPlacesOfEach; ++i) {
    if (places[i].load(std::memory_order_relaxed) == return_address) return true;
  }
  return false;
}

void remember_refused(std::uintptr_t return_address) {
  std::atomic<std::uintptr_t>* places = refused_places(return_address);
  for (std::uint64_t i = 0; i < kPlacesOfEach; ++i) {
    if (places[i].load(std::memory_order_relaxed) != 0) continue;
    places[i].store(return_address, std::memory_order_relaxed);
    return;
  }
}

// Mappings that were looked up: of few modules, and it takes some time.
constexpr unsigned kKnownMappings = 16;
Code known_mappings[kKnownMappings];
unsigned next_known = 0;

bool mapping_of(std::uintptr_t address, Code& mapping) {
  for (const Code& known : known_mappings) {
    if (address < known.low || address >= known.high) continue;
    mapping = known;
    return true;
  }
  if (!find_code(address, mapping)) return false;
  known_mappings[next_known++ % kKnownMappings] = mapping;
  return true;
}

FunctionCode* scratch() {
  static FunctionCode* code = nullptr;
  if (code != nullptr) return code;
  void* where = sys_mmap(nullptr, sizeof(FunctionCode), PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (!mmap_failed(where)) code = static_cast<FunctionCode*>(where);
  return code;
}

// What the first byte of the call's opcode is to become; 0 where the instruction is written in an unusual way.
std::uint8_t replacement(const Instruction& instruction, std::uintptr_t address) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(address);
  if (instruction.opcode > 1) return 0;
  if (instruction.opcode == 1 && bytes[0] != 0xf2 && bytes[0] != 0x67) return 0;  // bnd, addr32
  const std::uint8_t opcode = bytes[instruction.opcode];
  switch (instruction.flow) {
    case Flow::kCall:
      return opcode == 0xe8 ? 0xa9 : 0;
    case Flow::kCallThrough:
      return instruction.opcode == 0 && opcode == 0xff ? 0x3b : 0;
    case Flow::kJump:
      return opcode == 0xe9 ? 0xc3 : 0;
    case Flow::kJumpThrough:
      return opcode == 0xff ? 0xc3 : 0;
    default:
      return 0;
  }
}

enum class Outcome : std::uint8_t { kPatched, kRefused, kLater };

// One visit, the lock held.
class Visit {
 public:
  Visit(std::uintptr_t function, std::uintptr_t return_address)
      : function_(function), return_address_(return_address) {}

  Outcome run(bool patient) {
    if (!read_code()) return Outcome::kRefused;
    const std::uint32_t call = calling();
    reason_ = Refusal::kTarget;
    if (call < code_->count() && (*code_)[call].flow == Flow::kNext) return Outcome::kPatched;  // by another thread
    if (call == code_->count() || hook_target((*code_)[call], hooks_, module_) != HookTarget::kHook ||
        replacement((*code_)[call], code_->address(call)) == 0) {
      return Outcome::kRefused;
    }
    reason_ = Refusal::kShared;
    if (!code_->always_has(call, kRdi, function_)) return Outcome::kRefused;
    return patch_all(patient);
  }

  Refusal reason() const { return reason_; }

 private:
  bool read_code() {
    dl_find_object found{};
    reason_ = Refusal::kNoUnwindTable;
    if (_dl_find_object(reinterpret_cast<void*>(return_address_ - 1), &found) != 0 || found.dlfo_eh_frame == nullptr ||
        !read_entry(find_entry(found.dlfo_eh_frame, return_address_ - 1), entry_) || entry_.end < return_address_) {
      return false;
    }
    module_ = {reinterpret_cast<std::uintptr_t>(found.dlfo_map_start),
               reinterpret_cast<std::uintptr_t>(found.dlfo_map_end)};
    reason_ = Refusal::kMapping;
    Code mapping{};
    if (!mapping_of(entry_.start, mapping) || entry_.end > mapping.high) return false;
    if (mapping.low < module_.low || mapping.high > module_.high + wire::kPageBytes) return false;
    reason_ = Refusal::kInstructions;
    const Entrances* entrances = Entrances::of(mapping, found.dlfo_eh_frame);
    code_ = scratch();
    return entrances != nullptr && code_ != nullptr && code_->read(entry_, *entrances, module_, hooks_, reason_);
  }

  // The call that returns to the return address.
  std::uint32_t calling() const {
    for (std::uint32_t i = 0; i < code_->count(); ++i) {
      if (code_->address(i) + (*code_)[i].length == return_address_) return i;
    }
    return code_->count();
  }

  // What is not yet known to lead to a hook is waited for, if `patient`: the call that brought us here stays meanwhile.
  Outcome patch_all(bool patient) {
    if (patient) {
      for (std::uint32_t i = 0; i < code_->count(); ++i) {
        if (hook_target((*code_)[i], hooks_, module_) == HookTarget::kNotYet && code_->always_has(i, kRdi, function_))
          return Outcome::kLater;
      }
    }
    CodeMemory memory;
    for (std::uint32_t i = 0; i < code_->count(); ++i) {
      const Instruction& instruction = (*code_)[i];
      if (hook_target(instruction, hooks_, module_) != HookTarget::kHook) continue;
      const std::uint8_t byte = replacement(instruction, code_->address(i));
      if (byte == 0 || !code_->always_has(i, kRdi, function_)) continue;
      if (!memory.write(code_->address(i) + instruction.opcode, byte)) {
        reason_ = Refusal::kWrite;
        return Outcome::kRefused;
      }
      process.header->patched_calls.fetch_add(1, std::memory_order_relaxed);
    }
    return Outcome::kPatched;
  }

  const Hooks hooks_{reinterpret_cast<std::uintptr_t>(&glimpse_enter_hook),
                     reinterpret_cast<std::uintptr_t>(&glimpse_exit_hook)};
  const std::uintptr_t function_;
  const std::uintptr_t return_address_;
  Code module_{};
  EhFrameEntry entry_;
  FunctionCode* code_ = nullptr;
  Refusal reason_ = Refusal::kNoUnwindTable;
};

void refuse(std::uintptr_t return_address, Refusal reason) {
  remember_refused(return_address);
  process.header->refused_calls[static_cast<std::uint32_t>(reason)].fetch_add(1, std::memory_order_relaxed);
  if (reason != Refusal::kWrite || unwritable.exchange(true, std::memory_order_relaxed)) return;
  tell("hook calls of excluded functions stay as they are: cannot write ", "/proc/self/mem");
}

}  // namespace

void patch_hook_calls(FunctionSlot& slot, std::uintptr_t function, std::uintptr_t return_address) {
  if (confined() || unwritable.load(std::memory_order_relaxed)) {
    skip_function(slot, function);
    return;
  }
  const std::uint32_t visits = __atomic_add_fetch(&slot.visits, 1, __ATOMIC_RELAXED);
  if (visits > kMostVisits) skip_function(slot, function);
  if (was_refused(return_address)) return;
  const SignalsHeld held;
  if (!take_lock()) return;
  Visit visit(function, return_address);
  if (visit.run(visits < kVisitsOfWaiting) == Outcome::kRefused) {
    refuse(return_address, visit.reason());
    __atomic_add_fetch(&slot.visits, kVisitsOfRefusal, __ATOMIC_RELAXED);
  }
  release_lock();
}

void forget_code(const Code& module) {
  const SignalsHeld held;
  while (!take_lock()) __builtin_ia32_pause();
  Entrances::forget(module);
  for (Code& known : known_mappings) known = {};
  for (auto& place : refused_calls) place.store(0, std::memory_order_relaxed);
  release_lock();
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
