// The program's own code: which mapping it lies in, and writing a byte of it.
//
// Written through /proc/self/mem, which gives the process a page of its own in place of the file's and leaves its
// protection alone: code never becomes writable, and the file never changes.
//
// Threads and signals: safe anywhere; system calls only. Failure: false.
#pragma once

#include <cstdint>

#include "runtime/patching/entrances.h"

namespace glimpse::runtime {

// The mapping around `address`, which is private and may be read and executed but not written; else false.
bool find_code(std::uintptr_t address, Code& mapping);

class CodeMemory {
 public:
  CodeMemory();
  ~CodeMemory();
  CodeMemory(const CodeMemory&) = delete;
  CodeMemory& operator=(const CodeMemory&) = delete;

  bool write(std::uintptr_t address, std::uint8_t byte);

 private:
  int fd_;
};

}  // namespace glimpse::runtime
