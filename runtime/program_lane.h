// The lane that takes what the program says by itself, held as a hook holds it.
//
// A handler that interrupted a hook, or another call of the table, gets a lane of its own; where handlers nest too
// deeply there is none, and what was to be said is lost and counted.
#pragma once

#include <cstdint>

#include "runtime/hot/lane.h"

namespace glimpse::runtime {

class ProgramLane {
 public:
  // Attaches process and thread where they are not. `stack_pointer`: of whoever called us.
  explicit ProgramLane(std::uintptr_t stack_pointer);
  ~ProgramLane();
  ProgramLane(const ProgramLane&) = delete;
  ProgramLane& operator=(const ProgramLane&) = delete;

  // Null where nothing can be recorded now.
  Lane* get() const { return lane_; }
  // An exception was in flight on the lane when it was taken.
  bool in_flight() const { return before_ == kInFlight; }

 private:
  Lane* lane_ = nullptr;
  std::uintptr_t before_ = 0;
};

// Whether what begins now is recorded: a span, a message, a block. What is open goes on to its end. Attaches process
// and thread where they are not.
bool program_recorded();

}  // namespace glimpse::runtime
