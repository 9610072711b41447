// AddressSanitizer keeps a function's variables elsewhere than on its stack, to see who uses them later. Blocks are calls
// among calls all the same: what is called within, or was inlined there, is below them.
//
// REQUIRES: clang-19
// RUN: %{trace} %s --only clang-19 --plain --levels=-O0,-O1,-O2 --flags='-fsanitize=address -fsanitize-address-use-after-return=always'
// RUN: %{trace} %s --only gcc --flags=-fsanitize=address --env ASAN_OPTIONS=detect_stack_use_after_return=1
//
// CHECK:      START main
// CHECK-NEXT: START work
// CHECK-NEXT:   START step
// CHECK-NEXT:   END step
// CHECK-NEXT:   START outer[first]
// CHECK-NEXT:     START step
// CHECK-NEXT:     END step
// CHECK-NEXT:     START inlined
// CHECK-NEXT:     END inlined
// CHECK-NEXT:     START inner
// CHECK-NEXT:       START step
// CHECK-NEXT:       END step
// CHECK-NEXT:     END inner
// CHECK-NEXT:     START step
// CHECK-NEXT:     END step
// CHECK-NEXT:   END outer[first]
// CHECK-NEXT:   START step
// CHECK-NEXT:   END step
// CHECK-NEXT: END work
// CHECK-NEXT: END main
#include <glimpse/time_block.h>

volatile int sink;

extern "C" {
[[gnu::noinline]] void step(int n) { sink = n; }

[[gnu::always_inline]] inline void inlined() { sink = sink + 1; }

[[gnu::noinline]] void work() {
  step(1);
  {
    const glimpse::TimeBlock outer{"outer", "first"};
    step(2);
    inlined();
    {
      const glimpse::TimeBlock inner{"inner"};
      step(3);
    }
    step(4);
  }
  step(5);
}
}

int main() { work(); }
