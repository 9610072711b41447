// Frames that longjmp jumps over are closed when it jumps: nothing stays open, and what follows nests rightly.
//
// RUN: %{trace} %s --policy '{"package_trees": ["jump"], "trace_depth": 20}'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
//
// CHECK:      START jump::lands()
// CHECK-NEXT:   START jump::between()
// CHECK-NEXT:     START jump::jumps()
// CHECK-NEXT:     END jump::jumps()
// CHECK-NEXT:    END jump::between()
// CHECK-NEXT:    START jump::after()
// CHECK-NEXT:    END jump::after()
// CHECK:      END jump::lands()
// CHECK-NOT:  {{.}}
// WHOLE-COUNT-6: whole: 1 process, 4 calls, 0 exceptions, 0 open, 0 dropped
#include <setjmp.h>

namespace jump {
volatile int sink;
jmp_buf place;

[[gnu::noinline]] void after() { sink = sink + 1; }

[[gnu::noinline]] void jumps() { longjmp(place, 1); }

[[gnu::noinline]] void between() {
  jumps();
  sink = sink + 1;
}

[[gnu::noinline]] void lands() {
  if (setjmp(place) == 0) between();
  after();
}
}  // namespace jump

int main() { jump::lands(); }
