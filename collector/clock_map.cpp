#include "collector/clock_map.h"

#include <time.h>
#include <x86intrin.h>

#include <algorithm>
#include <thread>

namespace glimpse::collector {

namespace {

constexpr std::int64_t kFirstLook_ns = 2'000'000;
constexpr std::int64_t kNextLook_ns = 1'000'000'000;
constexpr std::int64_t kMost_ns = 9'000'000'000'000'000'000;  // 285 years, short of 2^63 by enough to add to

// A damaged file can hold any time; sums end where time does.
std::int64_t sum(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (__builtin_add_overflow(a, b, &result)) return a < 0 ? -kMost_ns : kMost_ns;
  return std::clamp(result, -kMost_ns, kMost_ns);
}

std::int64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

// The tightest of a few brackets, so that an interruption between the two clocks does no harm.
TscRate::Instant TscRate::now() {
  Instant best{};
  std::uint64_t best_width = ~std::uint64_t{0};
  for (int i = 0; i < 5; ++i) {
    const std::uint64_t before = __rdtsc();
    const std::int64_t ns = monotonic_ns();
    const std::uint64_t after = __rdtsc();
    if (after - before < best_width) {
      best_width = after - before;
      best = {before + (after - before) / 2, ns};
    }
  }
  return best;
}

TscRate::TscRate() : first_(now()), last_(first_) {
  std::this_thread::sleep_for(std::chrono::nanoseconds(kFirstLook_ns));
  last_ = now();
  ns_per_tick_ = static_cast<double>(last_.ns - first_.ns) / static_cast<double>(last_.ticks - first_.ticks);
}

bool TscRate::update() {
  if (monotonic_ns() - last_.ns < kNextLook_ns) return false;
  last_ = now();
  ns_per_tick_ = static_cast<double>(last_.ns - first_.ns) / static_cast<double>(last_.ticks - first_.ticks);
  return true;
}

ClockMap::ClockMap(const wire::ProcessHeader& header, const TscRate& rate)
    : tsc_(header.clock == wire::ClockKind::kTsc),
      realtime_minus_monotonic_ns_(sum(header.start_realtime_ns, -std::max(header.start_monotonic_ns, -kMost_ns))) {
  segments_.push_back({header.start_ticks, header.start_monotonic_ns, tsc_ ? rate.ns_per_tick() : 1.0});
  prepare_last();
}

std::int64_t ClockMap::along(const Segment& segment, std::uint64_t ticks) {
  const auto distance = static_cast<double>(static_cast<std::int64_t>(ticks - segment.ticks)) * segment.ns_per_tick;
  return sum(segment.ns, static_cast<std::int64_t>(
                             std::clamp(distance, -static_cast<double>(kMost_ns), static_cast<double>(kMost_ns))));
}

void ClockMap::bend(std::uint64_t ticks, double ns_per_tick) {
  if (!tsc_ || ticks <= segments_.back().ticks) return;
  segments_.push_back({ticks, along(segments_.back(), ticks), ns_per_tick});
  prepare_last();
}

ClockState ClockMap::save() const {
  const Segment& last = segments_.back();
  return {last.ticks, last.ns, last.ns_per_tick};
}

void ClockMap::restore(const ClockState& state) {
  segments_ = {{state.ticks, state.ns, state.ns_per_tick}};
  prepare_last();
}

void ClockMap::prepare_last() {
  constexpr std::uint64_t kNearTicks = std::uint64_t{1} << 50;  // some days
  constexpr std::int64_t kNear_ns = std::int64_t{1} << 54;
  const Segment& last = segments_.back();
  last_ticks_ = last.ticks;
  last_rate_ = last.ns_per_tick;
  last_realtime_ns_ = sum(last.ns, realtime_minus_monotonic_ns_);
  const auto amid = [](std::int64_t ns) { return ns > kNear_ns - kMost_ns && ns < kMost_ns - kNear_ns; };
  const bool usual = last_rate_ >= 0 && last_rate_ <= 16 && amid(last.ns) && amid(last_realtime_ns_);
  last_range_ = usual ? kNearTicks : 0;
}

std::int64_t ClockMap::now_realtime_ns() const {
  return to_realtime_ns(tsc_ ? __rdtsc() : static_cast<std::uint64_t>(monotonic_ns()));
}

std::int64_t ClockMap::far_realtime_ns(std::uint64_t ticks) const {
  std::size_t i = segments_.size() - 1;
  while (i > 0 && ticks < segments_[i].ticks) --i;
  return sum(along(segments_[i], ticks), realtime_minus_monotonic_ns_);
}

}  // namespace glimpse::collector
