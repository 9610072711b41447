// Records are held back no more than a destination needs.
#include "writers/delivery/pace.h"

#include <gtest/gtest.h>

namespace glimpse::writers::delivery {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kLimit = 64 << 20;
constexpr std::uint64_t kFlush = 1 << 20;

// A destination that takes `rate` bytes a second, and a program that makes a flush each time it was not held back.
struct Simulation {
  explicit Simulation(double bytes_a_second) : rate(bytes_a_second) {}

  void run(std::chrono::milliseconds time, std::chrono::milliseconds flush_takes) {
    const auto until = now + time;
    while (now < until) {
      const auto held = pace.hold(now, kFlush, static_cast<std::uint64_t>(waiting), kLimit);
      longest = std::max(longest, held);
      waiting += kFlush;
      pass(held + flush_takes);
      most = std::max(most, waiting);
    }
  }
  void pass(std::chrono::microseconds time) {
    now += time;
    waiting = std::max(0.0, waiting - rate * std::chrono::duration<double>(time).count());
  }

  Pace pace;
  Pace::Clock::time_point now{};
  double rate;
  double waiting = 0;
  double most = 0;
  std::chrono::microseconds longest{0};
};

TEST(Pace, HoldsNothingBackForADestinationThatKeepsUp) {
  Simulation simulation(200e6);
  simulation.run(10s, 10ms);
  EXPECT_EQ(simulation.longest, 0us);
}

TEST(Pace, BringsAProgramDownToTheRateOfTheDestinationBeforeTheQueueIsFull) {
  Simulation simulation(20e6);
  simulation.run(60s, 10ms);  // the program could make 100 MB a second
  EXPECT_LT(simulation.most, static_cast<double>(kLimit));
  EXPECT_GT(simulation.most, 0.5 * static_cast<double>(kLimit));
  EXPECT_NEAR(simulation.pace.rate(), 20e6, 4e6);
}

TEST(Pace, LearnsThatADestinationHasBecomeFaster) {
  Simulation simulation(10e6);
  simulation.run(30s, 10ms);
  simulation.rate = 80e6;
  simulation.run(30s, 10ms);
  EXPECT_NEAR(simulation.pace.rate(), 80e6, 20e6);
}

TEST(Pace, NeverHoldsLongerThanItSays) {
  Simulation simulation(1000);
  simulation.run(10s, 1ms);
  EXPECT_LE(simulation.longest, Pace::kLongestHold);
}

}  // namespace
}  // namespace glimpse::writers::delivery
