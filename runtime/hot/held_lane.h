// What a lane is between two hooks: free for the usual path. While a hook holds it, its guard says so.
#pragma once

#include <atomic>
#include <cstdint>

#include "runtime/hot/lane.h"

namespace glimpse::runtime {

class HeldLane {
 public:
  HeldLane(Lane& lane, std::uintptr_t stack_pointer) : lane_(lane) {
    lane.guard = stack_pointer;
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  ~HeldLane() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    lane_.guard = 0;
  }
  HeldLane(const HeldLane&) = delete;
  HeldLane& operator=(const HeldLane&) = delete;

 private:
  Lane& lane_;
};

}  // namespace glimpse::runtime
