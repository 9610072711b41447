// The program that bench/hot_path measures: bursts of fib(n), a pause after each, so that a ring of 1 MiB has room.
//
// hot_path_program BURSTS N PAUSE_MS prints the median of nanoseconds per call, over all bursts but the first three.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifdef __clang__
#define UNTRACED __attribute__((no_instrument_function, xray_never_instrument))
#else
#define UNTRACED __attribute__((no_instrument_function))
#endif

__attribute__((noinline)) static unsigned fib(unsigned n) {
  __asm__ volatile("");  // without it Clang sees that the result is always the same, and calls once
  if (n < 2) return n;
  return fib(n - 1) + fib(n - 2);
}

UNTRACED static double now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

UNTRACED static int ascending(const void* a, const void* b) {
  double left = *(const double*)a, right = *(const double*)b;
  return (left > right) - (left < right);
}

UNTRACED static double calls_of(unsigned n) {
  double before = 1, calls = 1;  // calls(n) = 1 + calls(n - 1) + calls(n - 2)
  for (unsigned i = 2; i <= n; ++i) {
    double next = 1 + before + calls;
    before = calls;
    calls = next;
  }
  return calls;
}

UNTRACED int main(int count, char** arguments) {
  if (count != 4) {
    fprintf(stderr, "usage: %s BURSTS N PAUSE_MS\n", arguments[0]);
    return 2;
  }
  enum { kWarmUp = 3, kMost = 1000 };
  static double measured[kMost];
  int bursts = atoi(arguments[1]);
  if (bursts < 1 || bursts > kMost - kWarmUp) return 2;
  unsigned n = (unsigned)atoi(arguments[2]);
  long pause_ms = atol(arguments[3]);
  struct timespec pause = {pause_ms / 1000, pause_ms % 1000 * 1000000};
  volatile unsigned sink = 0;
  for (int burst = 0; burst < bursts + kWarmUp; ++burst) {
    double start = now_ns();
    sink += fib(n);
    double end = now_ns();
    if (burst >= kWarmUp) measured[burst - kWarmUp] = (end - start) / calls_of(n);
    if (pause_ms) nanosleep(&pause, NULL);
  }
  qsort(measured, (size_t)bursts, sizeof(double), ascending);
  printf("%.4f\n", measured[bursts / 2]);
  return 0;
}
