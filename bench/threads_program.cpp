// Threads that call at the same time, for bench/peers and bench/scaling.
//
// threads_program BURSTS SIZE PAUSE_MS       two threads; a burst is fib(SIZE) on each
// threads_program THREADS BURSTS SIZE PAUSE_MS
//
// Prints the median of nanoseconds per burst of each thread on one line, and the milliseconds from the first thread's
// start to each one's end on the next.
#include "bursts.h"

namespace threads {

[[gnu::noinline]] unsigned fib(unsigned n) {
  __asm__ volatile("");
  if (n < 2) return n;
  return fib(n - 1) + fib(n - 2);
}

}  // namespace threads

UNTRACED int main(int count, char** arguments) {
  unsigned number = 2;
  if (count == 5) {
    number = static_cast<unsigned>(std::atoi(arguments[1]));
    ++arguments;
    --count;
  }
  const bursts::Shape shape = bursts::shape_of(count, arguments);
  std::vector<double> medians(number), ends(number);
  std::vector<std::thread> running;
  const auto start = std::chrono::steady_clock::now();
  for (unsigned i = 0; i < number; ++i) {
    running.emplace_back([&, i]() UNTRACED {
      volatile unsigned sink = 0;
      medians[i] = bursts::median_ns(shape, [&]() UNTRACED { sink = threads::fib(static_cast<unsigned>(shape.size)); });
      ends[i] = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    });
  }
  for (std::thread& thread : running) thread.join();
  for (const double median : medians) std::printf("%.1f ", median);
  std::printf("\n");
  for (const double end : ends) std::printf("%.3f ", end);
  std::printf("\n");
}
