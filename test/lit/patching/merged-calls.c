// Compilers make one hook call of those of two functions, where both are inlined on two paths that meet. Such a call is
// not patched for the function that is excluded: the other one is recorded, each time.
//
// RUN: %{trace} %s --levels=-O2 --flags="-I%S/inputs" --plain --only gcc,clang-19 --run=--patch-excluded --policy '{"package_trees": ["*"], "exclude_functions": ["dull", "settle"]}' --jq 'if .record_type == "summary" then .patched elif .stage == "END" then .function else empty end'
// CHECK-COUNT-1000: "exciting"
// CHECK-NOT: "exciting"
// CHECK: "main"
// CHECK: {"calls":2,"shared":1}
//
// One call for the entry of either, not two:
// RUN: objdump -d --disassemble=choose %t.trace/gcc-O2/app | grep -c cyg_profile_func_enter | FileCheck %s --check-prefix=ENTRIES
// ENTRIES: {{^}}2
// REQUIRES: gcc, clang-19
#include "until_patched.h"

static volatile int sink;

static inline __attribute__((always_inline)) int dull(int n) { return n; }
static inline __attribute__((always_inline)) int exciting(int n) { return n; }

// Excluded by no name but hidden from the trace as a whole would be too much: it is recorded, and its ends stay in order.
__attribute__((noinline)) static int choose(int which, int n) {
  if (which) return dull(n);
  return exciting(n);
}

__attribute__((noinline)) static int settle(int n) { return sink += n; }

int main(void) {
  for (int i = 0; i < 100; ++i) choose(1, i);
  until_patched(settle);  // by then the others are decided, too
  for (int i = 0; i < 1000; ++i) {
    for (int k = 0; k < 3; ++k) choose(1, i);
    choose(0, i);
  }
  return 0;
}
