// Which finished calls become spans: sampling by trace, a least duration, and a cap by second.
//
// All three look at what the records say and never at the clock, so that a trace that is delivered late has the same
// spans.
//
// Threads: one thread uses a SpanFilter.
#pragma once

#include <cstdint>

#include "writers/otlp/settings.h"
#include "writers/trace_ids.h"

namespace glimpse::writers::otlp {

class SpanFilter {
 public:
  explicit SpanFilter(const Settings& settings);

  // The same for all spans of a trace, and in all processes: OpenTelemetry's TraceIdRatioBased, which compares the
  // lower 63 bits of the id. A process's own root has no parent, so that parentbased_ samplers ask their root sampler.
  bool is_sampled(TraceId id) const { return id.low >> 1 < sampled_below_; }

  bool is_long_enough(std::uint64_t duration_ns) const { return duration_ns >= min_duration_ns_; }

  // Takes one of this second's spans, by the end of the call; false where they are used up. Calls that end a little out
  // of order count for the second that came last.
  bool is_under_cap(std::int64_t end_ns);

 private:
  std::uint64_t sampled_below_;
  std::uint64_t min_duration_ns_;
  std::uint32_t per_second_;  // 0: no cap
  std::int64_t second_ = 0;
  std::uint32_t in_second_ = 0;
};

}  // namespace glimpse::writers::otlp
