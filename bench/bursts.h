// Bursts of work with pauses between them, for the programs that bench/peers measures.
//
// The pause lets a ring of 1 MiB be emptied, so that what is measured is the hook and not who reads behind it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#ifdef __clang__
#define UNTRACED __attribute__((no_instrument_function, xray_never_instrument))
#else
#define UNTRACED __attribute__((no_instrument_function))
#endif

namespace bursts {

constexpr int kWarmUp = 3;

struct Shape {
  int bursts;
  int size;
  int pause_ms;
};

// BURSTS SIZE PAUSE_MS, or the end of the program.
UNTRACED inline Shape shape_of(int count, char** arguments) {
  if (count != 4) {
    std::fprintf(stderr, "usage: %s BURSTS SIZE PAUSE_MS\n", arguments[0]);
    std::exit(2);
  }
  return {std::atoi(arguments[1]), std::atoi(arguments[2]), std::atoi(arguments[3])};
}

// The median of nanoseconds per burst, over all but the first three.
template <typename Work>
UNTRACED double median_ns(const Shape& shape, Work work) {
  std::vector<double> measured;
  for (int burst = 0; burst < shape.bursts + kWarmUp; ++burst) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    if (burst >= kWarmUp) measured.push_back(took.count());
    if (shape.pause_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds(shape.pause_ms));
  }
  std::sort(measured.begin(), measured.end());
  return measured[measured.size() / 2];
}

}  // namespace bursts
