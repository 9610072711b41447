#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <atomic>

#include "runtime/first_call.h"
#include "runtime/guarded.h"
#include "runtime/process.h"
#include "runtime/program_lane.h"

namespace glimpse::runtime {

bool program_recorded() {
  return attach_at_first_call() && process.header->recording.load(std::memory_order_relaxed) != 0;
}

ProgramLane::ProgramLane(std::uintptr_t stack_pointer) {
  if (!attach_at_first_call()) return;
  Thread& thread = this_thread;
  if (thread.lane.guard >= kFirstStackPointer) take_back_abandoned(thread, stack_pointer);
  if (thread.lane.guard == 0 || thread.lane.guard == kInFlight) {
    lane_ = &thread.lane;
  } else {
    lane_ = handler_lane(thread);
    if (lane_ == nullptr) {
      process.header->lost_records.fetch_add(1, std::memory_order_relaxed);
      return;
    }
  }
  before_ = lane_->guard;
  lane_->guard = stack_pointer;
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

ProgramLane::~ProgramLane() {
  if (lane_ == nullptr) return;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  lane_->guard = before_;
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
