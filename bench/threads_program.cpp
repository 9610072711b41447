// Threads that call at the same time, for bench/peers and bench/scaling.
//
// threads_program BURSTS SIZE PAUSE_MS       two threads; a burst is fib(SIZE) on each
// threads_program THREADS BURSTS SIZE PAUSE_MS
//
// Three lines with a number for each thread: the median of nanoseconds per burst; milliseconds from the first thread's
// start to this one's end; nanoseconds of processor per burst. Then "rss 123", KiB of anonymous memory.
#include <time.h>

#include "bursts.h"

namespace threads {

[[gnu::noinline]] unsigned fib(unsigned n) {
  __asm__ volatile("");
  if (n < 2) return n;
  return fib(n - 1) + fib(n - 2);
}

UNTRACED double processor_ns() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

UNTRACED void print(const std::vector<double>& numbers) {
  for (const double number : numbers) std::printf("%.3f ", number);
  std::printf("\n");
}

UNTRACED void print_memory() {
  std::FILE* status = std::fopen("/proc/self/status", "r");
  char line[256];
  unsigned long kib = 0;
  while (status != nullptr && std::fgets(line, sizeof(line), status) != nullptr) {
    if (std::sscanf(line, "RssAnon: %lu", &kib) == 1) std::printf("rss %lu\n", kib);
  }
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
  std::vector<double> medians(number), ends(number), processors(number);
  std::vector<std::thread> running;
  const auto start = std::chrono::steady_clock::now();
  for (unsigned i = 0; i < number; ++i) {
    running.emplace_back([&, i]() UNTRACED {
      volatile unsigned sink = 0;
      const double before_ns = threads::processor_ns();
      medians[i] = bursts::median_ns(shape, [&]() UNTRACED { sink = threads::fib(static_cast<unsigned>(shape.size)); });
      processors[i] = (threads::processor_ns() - before_ns) / (shape.bursts + bursts::kWarmUp);
      ends[i] = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    });
  }
  for (std::thread& thread : running) thread.join();
  for (const std::vector<double>* numbers : {&medians, &ends, &processors}) threads::print(*numbers);
  threads::print_memory();
}
