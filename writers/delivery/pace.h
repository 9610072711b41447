// How fast records may come, as the slowest destination takes them.
//
//   rate   │ learned: bytes that the destination took, per second, over the last seconds
//   filled │ 0 ………… half ………… full
//   hold   │ none         as long as brings what comes down to the rate, and further below it the fuller the queue is
//
// So a queue that is filled faster than it is read does not run full and stop, again and again: what waits is spread
// over the flushes, and rings are given back evenly.
//
// Threads: one thread uses a Pace.
#pragma once

#include <chrono>
#include <cstdint>

namespace glimpse::writers::delivery {

class Pace {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::chrono::milliseconds kLongestHold{100};

  // `appended` bytes are about to be appended to a queue in which `waiting` bytes of at most `limit` wait for the
  // destination. Returns how long to hold them back.
  std::chrono::microseconds hold(Clock::time_point now, std::uint64_t appended, std::uint64_t waiting,
                                 std::uint64_t limit);

  // Bytes a second that the destination takes; 0 as long as that is not known.
  double rate() const { return rate_; }

 private:
  void learn(Clock::time_point now, std::uint64_t waiting);

  bool began_ = false;
  Clock::time_point measured_{};
  std::uint64_t appended_ = 0;  // in all
  std::uint64_t taken_ = 0;     // of them, at measured_
  double rate_ = 0;
};

}  // namespace glimpse::writers::delivery
