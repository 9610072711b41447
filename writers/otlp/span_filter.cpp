#include "writers/otlp/span_filter.h"

#include <algorithm>
#include <cmath>

namespace glimpse::writers::otlp {
namespace {

constexpr std::uint64_t kAll = std::uint64_t{1} << 63;  // above each 63-bit number

std::uint64_t sampled_below(Sampler sampler, double ratio) {
  switch (sampler) {
    case Sampler::kAlwaysOff:
    case Sampler::kParentBasedAlwaysOff:
      return 0;
    case Sampler::kTraceIdRatio:
    case Sampler::kParentBasedTraceIdRatio:
      return ratio >= 1 ? kAll : static_cast<std::uint64_t>(std::ldexp(std::max(ratio, 0.0), 63));
    default:
      return kAll;
  }
}

}  // namespace

SpanFilter::SpanFilter(const Settings& settings)
    : sampled_below_(sampled_below(settings.sampler, settings.sampling_ratio)),
      min_duration_ns_(settings.min_duration_ns),
      per_second_(settings.spans_per_second) {}

bool SpanFilter::is_under_cap(std::int64_t end_ns) {
  if (per_second_ == 0) return true;
  if (const std::int64_t second = end_ns / 1'000'000'000; second > second_) {
    second_ = second;
    in_second_ = 0;
  }
  if (in_second_ == per_second_) return false;
  ++in_second_;
  return true;
}

}  // namespace glimpse::writers::otlp
