// The stack at a throw: return addresses, innermost first, each with the module it lies in.
//
// The walk goes by the binaries' own call-frame information (frame_rules.h) and a table of the rules it has met, so
// that a place met before costs a few nanoseconds. Memory is looked at only where it is surely readable: beyond the
// traced frames nobody has promised that a stack is well formed.
//
// Threads and signals: safe anywhere; no lock, no allocation, and no descriptor: libunwind keeps a pipe open, blocks
// signals and maps 256 KiB for each thread. Failure: the walk ends where a frame is not understood, and in a process
// that may not ask the kernel any more (confinement.h) where the stack's page does.
#pragma once

#include <ucontext.h>

#include <cstdint>

namespace glimpse::runtime {

// The registers of a frame that has made a call: behind that call.
struct CallPlace {
  std::uintptr_t address;
  std::uintptr_t rsp;
  std::uintptr_t rbp;
};

// What the function with this __builtin_frame_address(0) returns to.
inline CallPlace caller_of(const void* frame_address) {
  const auto* saved = static_cast<const std::uintptr_t*>(frame_address);
  return {saved[1], reinterpret_cast<std::uintptr_t>(saved + 2), saved[0]};
}

// At most `most` frames from `place` outwards, as wire::pack_stack_frame() has them. Returns how many.
std::uint32_t walk_stack(const CallPlace& place, std::uint64_t* frames, std::uint32_t most);

// The same from what a signal interrupted, which may have no stack: a call through a bad pointer begins at its caller.
std::uint32_t walk_interrupted(const ucontext_t& context, std::uint64_t* frames, std::uint32_t most);

// Addresses may mean something else from now on.
void forget_places();

}  // namespace glimpse::runtime
