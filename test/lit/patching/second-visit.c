// Code of which a part was patched before is read again for the next function that is called in it: here `later`, inlined
// into a function whose tail jump to the exit hook has become a return, and what is behind that jump.
//
// RUN: %{trace} %s --levels=-O2 --only gcc --flags="-I%S/inputs" --run=--patch-excluded --policy '{"package_trees": ["*"], "exclude_functions": ["outer", "later"]}' --jq 'select(.record_type == "summary") | .patched'
// CHECK: {"calls":4}
// REQUIRES: gcc
#include "until_patched.h"

static volatile int sink;

static inline __attribute__((always_inline)) void later(int n) { sink += n; }
__attribute__((noinline)) static void outer(int n) {
  if (__builtin_expect(n == 2, 0)) {
    later(n);
    sink += 3;
  }
  sink += n;
}
__attribute__((no_instrument_function, noinline)) static int with_1(int n) {
  outer(n);
  return n;
}

int main(void) {
  outer(2);
  for (int i = 0; i < 2000; ++i) {
    with_1(1);
    const struct timespec pause = {0, 200000};
    nanosleep(&pause, NULL);
    if (i > 1000) outer(2);
  }
  return 0;
}
