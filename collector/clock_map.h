// From ticks of a process's clock to nanoseconds since 1970.
//
// The time stamp counter has no documented rate, so it is measured against CLOCK_MONOTONIC for as long as the collector
// runs. Each process starts from the instant its file holds; when the rate is known better, its map bends there and
// stays continuous, so that time never runs backwards.
//
// Threads: one thread uses these.
#pragma once

#include <cstdint>
#include <vector>

#include "collector/checkpoint.h"
#include "glimpse/wire/process_file.h"

namespace glimpse::collector {

// The measured rate of the time stamp counter.
class TscRate {
 public:
  // Begins to measure, and sleeps for the two milliseconds that a first estimate takes.
  TscRate();

  // Measures again. Returns true when the estimate became notably better, which is about once a second.
  bool update();

  double ns_per_tick() const { return ns_per_tick_; }
  std::uint64_t measured_at_ticks() const { return last_.ticks; }

 private:
  struct Instant {
    std::uint64_t ticks;
    std::int64_t ns;
  };
  static Instant now();

  Instant first_;
  Instant last_;
  double ns_per_tick_ = 1.0;
};

class ClockMap {
 public:
  ClockMap(const wire::ProcessHeader& header, const TscRate& rate);

  // From `ticks` on the rate is another one.
  void bend(std::uint64_t ticks, double ns_per_tick);

  // The last line, for another collector that goes on along it.
  ClockState save() const;
  void restore(const ClockState& state);

  std::int64_t to_realtime_ns(std::uint64_t ticks) const {
    const std::uint64_t distance = ticks - last_ticks_;
    if (distance >= last_range_) [[unlikely]]
      return far_realtime_ns(ticks);
    return last_realtime_ns_ +
           static_cast<std::int64_t>(static_cast<double>(static_cast<std::int64_t>(distance)) * last_rate_);
  }

  // Now, as the process's own clock would tell it: steps of CLOCK_REALTIME since its start do not count.
  std::int64_t now_realtime_ns() const;

 private:
  struct Segment {
    std::uint64_t ticks;
    std::int64_t ns;
    double ns_per_tick;
  };
  static std::int64_t along(const Segment& segment, std::uint64_t ticks);
  std::int64_t far_realtime_ns(std::uint64_t ticks) const;
  void prepare_last();

  bool tsc_;
  std::int64_t realtime_minus_monotonic_ns_;
  std::vector<Segment> segments_;
  // Of the last segment, for the times that nearly all records have: so near that no sum can leave its range.
  std::uint64_t last_ticks_ = 0;
  std::uint64_t last_range_ = 0;
  std::int64_t last_realtime_ns_ = 0;
  double last_rate_ = 1;
};

}  // namespace glimpse::collector
