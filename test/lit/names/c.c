// C's functions have the names their source gives them, however the symbols look.
//
// RUN: %{trace} %s %S/inputs/second.c --flags=-g --policy '{"package_trees": ["*"], "trace_depth": 9}'
// RUN: %{trace} %s %S/inputs/second.c --flags='-g -flto' --only gcc --policy '{"package_trees": ["*"], "trace_depth": 9}'
//
// CHECK: START main
//
// Of two static functions each is its own file's:
// CHECK-NEXT:   START helper
// CHECK-NEXT:   END helper
// CHECK-NEXT:   START second
// CHECK-NEXT:     START helper
// CHECK-NEXT:     END helper
// CHECK-NEXT:   END second
// RUN: jq -r 'select(.stage == "START" and .function == "helper") | "\(.file | sub(".*/"; "")):\(.line)"' %t.trace/gcc-O0/trace.jsonl %t.trace/clang-19-O2/trace.jsonl | FileCheck %s --check-prefix=FILES
// FILES:      c.c:[[#@LINE + 28]]
// FILES-NEXT: second.c:2
// FILES-NEXT: c.c:[[#@LINE + 26]]
// FILES-NEXT: second.c:2
//
// A clone is its function, whether constants were put into it, it lost parameters or its cold part lies elsewhere:
// CHECK-NEXT:   START often
// CHECK-NEXT:   END often
// CHECK-NEXT:   START often
// CHECK-NEXT:   END often
//
// Of two names of one address the one without underscores, then the global one, then the shortest, then the first by
// alphabet is taken, whichever of them was called:
// CHECK-NEXT:   START open_it
// CHECK-NEXT:   END open_it
// CHECK-NEXT:   START open_it
// CHECK-NEXT:   END open_it
//
// A weak function is what the linker chose; one chosen when the program starts (ifunc) is what was chosen:
// CHECK-NEXT:   START replaceable
// CHECK-NEXT:   END replaceable
// CHECK-NEXT:   START chosen_for_all
// CHECK-NEXT:   END chosen_for_all
// CHECK-NEXT: END main
#include <stdlib.h>

int second(int x);

__attribute__((noinline)) static int helper(int x) { return x * 2; }

__attribute__((noinline)) static int often(int x, int constant, int unused) {
  if (__builtin_expect(x < -100, 0)) abort();
  return x * constant;
}

volatile int sink;
__attribute__((noinline)) int open_it(int x) { return x + ++sink; }
int __open_it(int x) __attribute__((alias("open_it")));
int open_it_too(int x) __attribute__((alias("open_it")));
static int call_it(int x) __attribute__((alias("open_it"), unused));

int replaceable(int x);

__attribute__((noinline)) int chosen_for_all(int x) { return x + 7; }
__attribute__((no_instrument_function)) static int (*choose(void))(int) { return chosen_for_all; }
int fast(int x) __attribute__((ifunc("choose")));

int main(int argc, char** argv) {
  int sum = helper(argc) + second(argc);
  sum += often(argc, 5, 1) + often(argc + 1, 5, 2);
  sum += __open_it(argc) + open_it_too(argc);
  sum += replaceable(argc) + fast(argc);
  return sum == 12345;
}
