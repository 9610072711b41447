#include "writers/delivery/pace.h"

#include <algorithm>

namespace glimpse::writers::delivery {
namespace {

using namespace std::chrono_literals;

constexpr auto kWindow = 100ms;      // of one measurement
constexpr double kNewest = 0.25;     // what the last measurement counts
constexpr double kBeginsAt = 0.5;    // of the queue
constexpr double kLeastShare = 0.1;  // of the rate, when the queue is full

}  // namespace

void Pace::learn(Clock::time_point now, std::uint64_t waiting) {
  const std::uint64_t taken = appended_ - std::min(appended_, waiting);
  if (!began_) {
    began_ = true;
    measured_ = now;
    taken_ = taken;
    return;
  }
  if (now - measured_ < kWindow) return;
  const double seconds = std::chrono::duration<double>(now - measured_).count();
  const double measured = static_cast<double>(taken - std::min(taken, taken_)) / seconds;
  // A destination that had nothing to do shows less than it can.
  if (waiting > 0 || measured > rate_) rate_ = rate_ == 0 ? measured : rate_ + kNewest * (measured - rate_);
  measured_ = now;
  taken_ = taken;
}

std::chrono::microseconds Pace::hold(Clock::time_point now, std::uint64_t appended, std::uint64_t waiting,
                                     std::uint64_t limit) {
  learn(now, waiting);
  appended_ += appended;
  const double filled = static_cast<double>(waiting) / static_cast<double>(std::max<std::uint64_t>(limit, 1));
  if (filled < kBeginsAt || rate_ <= 0) return 0us;
  const double share = std::max((1 - filled) / (1 - kBeginsAt), kLeastShare);
  const auto seconds = std::chrono::duration<double>(static_cast<double>(appended) / (rate_ * share));
  return std::chrono::duration_cast<std::chrono::microseconds>(
      std::min<std::chrono::duration<double>>(seconds, kLongestHold));
}

}  // namespace glimpse::writers::delivery
