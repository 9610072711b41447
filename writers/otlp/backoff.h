// How long to wait before the next attempt: twice as long each time, up to a bound, of which the second half is chance,
// so that many who lost one server do not come back all at once.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace glimpse::writers::otlp {

class Backoff {
 public:
  using Milliseconds = std::chrono::milliseconds;

  Backoff(Milliseconds first, Milliseconds longest, std::uint32_t seed)
      : first_(first), longest_(longest), next_(first), random_(seed) {}

  Milliseconds next() {
    const Milliseconds whole = next_;
    next_ = std::min(next_ * 2, longest_);
    std::uniform_int_distribution<Milliseconds::rep> half(0, whole.count() / 2);
    return whole - Milliseconds(half(random_));
  }

  void reset() { next_ = first_; }

 private:
  Milliseconds first_;
  Milliseconds longest_;
  Milliseconds next_;
  std::minstd_rand random_;
};

}  // namespace glimpse::writers::otlp
