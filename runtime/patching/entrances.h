// Which instructions of a module are reached from another function than their own: by a jump from its cold part, by a
// tail call, by an exception. One bit for each byte of code, found by reading all of the module's code once.
//
// Threads and signals: the caller holds the lock of runtime/patching/patching.cpp. Failure: null.
#pragma once

#include <cstdint>

namespace glimpse::runtime {

// Code [low, high).
struct Code {
  std::uintptr_t low;
  std::uintptr_t high;
};

class Entrances {
 public:
  // Of the code around an address, which the unwind table at `eh_frame_header` describes; found at the first question.
  static const Entrances* of(const Code& code, const void* eh_frame_header);
  // The module is gone.
  static void forget(const Code& module);

  bool covers(const Code& code) const { return code.low >= code_.low && code.high <= code_.high; }
  // Whether something outside the function around `address` may go there. Not asked for a function's first byte.
  bool at(std::uintptr_t address) const;

 private:
  bool fill(const void* eh_frame_header);
  void read(std::uintptr_t from, std::uintptr_t to, const Code& own);
  bool read_instructions(std::uintptr_t from, std::uintptr_t to, const Code& own);
  void read_bytes(std::uintptr_t from, std::uintptr_t to, const Code& own);
  void add(std::uintptr_t address);
  void add_outside(std::uintptr_t target, const Code& own);

  Code code_;
  std::uint64_t mapped_bytes_;
  bool understood_;
  Entrances* next_;
  std::uint64_t bits_[1];  // as many as the code needs
};

}  // namespace glimpse::runtime
