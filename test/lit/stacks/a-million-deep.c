// Recursion a million deep, and back: the program is as it was, the calls within the policy's depth are there, and what the
// innermost call jumps over is closed at once.
//
// RUN: %{trace} %s --ways run,so,static --policy '{"package_trees": ["*"], "trace_depth": 3}'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// RUN: %{trace} %s --ways run --flags=-DJUMPS --policy '{"package_trees": ["*"], "trace_depth": 3}'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE-JUMPED
//
// CHECK:      START from_below
// CHECK-NEXT:   START down
// CHECK-NEXT:     START down
// CHECK-NEXT:     END down
// CHECK-NEXT:   END down
// CHECK-NEXT:   START last
// CHECK-NEXT:   END last
// CHECK-NEXT: END from_below
// CHECK-NOT:  {{.}}
// WHOLE-COUNT-18: whole: 1 process, 4 calls, 0 exceptions, 0 open, 0 dropped
// WHOLE-JUMPED-COUNT-6: whole: 1 process, 4 calls, 0 exceptions, 0 open, 0 dropped
#include <pthread.h>
#include <setjmp.h>
#include <stddef.h>
#include <sys/mman.h>

#define KEPT __attribute__((noinline))
enum { kDepth = 1000000 };
static const size_t kStackBytes = (size_t)512 << 20;

static volatile long sink;
static jmp_buf top;

KEPT long down(long n) {
  if (n == 0) {
#ifdef JUMPS
    longjmp(top, 1);
#endif
    return 0;
  }
  const long below = down(n - 1);
  sink = below;
  return below + 1;
}
KEPT void last(void) { sink = -sink; }
KEPT void* from_below(void* depth) {
  if (setjmp(top) == 0) {
    *(long*)depth = down(kDepth);
  } else {
    *(long*)depth = kDepth;
  }
  last();
  return depth;
}

__attribute__((no_instrument_function)) int main(void) {
  void* stack =
      mmap(NULL, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, stack, kStackBytes);
  long depth = 0;
  pthread_t thread;
  pthread_create(&thread, &attributes, from_below, &depth);
  pthread_join(thread, NULL);
  return depth == kDepth ? 0 : 1;
}
