// Sets the guard of a lane for a time, as a hook does, and what it was afterwards.
#pragma once

#include <atomic>
#include <cstdint>

#include "runtime/hot/lane.h"

namespace glimpse::runtime {

class LaneInUse {
 public:
  LaneInUse(Lane& lane, std::uintptr_t stack_pointer) : lane_(lane), before_(lane.guard) {
    lane_.guard = stack_pointer;
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  ~LaneInUse() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    lane_.guard = before_;
  }
  LaneInUse(const LaneInUse&) = delete;
  LaneInUse& operator=(const LaneInUse&) = delete;

 private:
  Lane& lane_;
  std::uintptr_t before_;
};

}  // namespace glimpse::runtime
