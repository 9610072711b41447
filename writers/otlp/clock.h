// The time, and waiting for it; tests have one of their own.
#pragma once

#include <chrono>
#include <thread>

namespace glimpse::writers::otlp {

class Clock {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;
  virtual Moment now() { return std::chrono::steady_clock::now(); }
  virtual std::chrono::system_clock::time_point date() { return std::chrono::system_clock::now(); }
  virtual void sleep(std::chrono::milliseconds how_long) { std::this_thread::sleep_for(how_long); }
};

}  // namespace glimpse::writers::otlp
