// How to get from a frame to its caller's: the call-frame information (.eh_frame) that every x86-64 binary carries,
// read by ourselves.
//
// Only what an exception's path needs is kept: where the canonical frame address (CFA) is, and the caller's rbp. The
// return address always lies just below the CFA. Format: System V ABI for AMD64, 3.7; Linux Standard Base, 10.6.
//
// Threads and signals: safe anywhere; no lock, no allocation. Failure: what is not understood is Step::kUnknown, never
// a guess.
#pragma once

#include <cstdint>

namespace glimpse::runtime {

struct FrameRule {
  enum class Step : std::uint8_t {
    kUnknown,  // nothing is known of this address
    kOutermost,
    kCall,
    kSignal,  // the kernel's frame below a signal handler: the caller's registers are in its ucontext
  };
  enum class Rbp : std::uint8_t { kSame, kAtCfa, kAtRbp };  // the caller's: ours, or saved there plus `rbp_offset`

  FrameRule() = default;  // declared, so that Clang leaves it untraced like the rest

  Step step = Step::kUnknown;
  bool cfa_from_rbp = false;  // else from rsp
  bool cfa_is_there = false;  // the CFA is not the sum but what lies there in memory: a realigned stack
  Rbp rbp = Rbp::kSame;
  std::int32_t cfa_offset = 0;
  std::int32_t rbp_offset = 0;
};

// The rule for the instruction at `address`: a return address minus one, or where a signal came.
FrameRule frame_rule(std::uintptr_t address);

// The same for a table (.eh_frame_hdr) that is at hand, for tests.
FrameRule frame_rule_in(const std::uint8_t* eh_frame_header, std::uintptr_t address);

}  // namespace glimpse::runtime
