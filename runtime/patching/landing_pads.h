// Where exceptions go on in a function: its table of landing pads (LSDA), as gcc and Clang write it.
//
// Format: Itanium C++ ABI, Exception Handling Tables. Threads and signals: safe anywhere.
#pragma once

#include <cstdint>

#include "runtime/eh_frame.h"

namespace glimpse::runtime {

// Where an exception goes on that leaves one of the instructions [from, to).
struct Landing {
  std::uintptr_t from;
  std::uintptr_t to;
  std::uintptr_t at;
};

class LandingPads {
 public:
  explicit LandingPads(const EhFrameEntry& entry);

  // False where the table is written in another way: then nothing is known of the function's landing pads.
  bool understood() const { return understood_; }
  // The next one; false after the last.
  bool next(Landing& landing);

 private:
  std::uint64_t number();

  bool understood_ = true;
  std::uintptr_t function_;
  std::uint8_t encoding_ = 0;
  EhFrameReader reader_;
  std::uintptr_t end_ = 0;
};

}  // namespace glimpse::runtime
