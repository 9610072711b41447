// A handler on an alternate stack lies on top of what it interrupted, wherever in memory that stack is: above or below the
// normal one. Returning from it, nothing is closed; jumping out of it, all that was jumped over, and nothing else.
//
// RUN: %{trace} %s --policy '{"package_trees": ["*"], "exclude_functions": ["main"], "trace_depth": "unlimited"}'
// RUN: %{trace} %s --policy '{"package_trees": ["*"], "exclude_functions": ["main"], "trace_depth": "unlimited"}' --link --only gcc
//
// The same three times: on the normal stack, on an alternate one below, on an alternate one above.
// CHECK:      START round_of
// CHECK-NEXT:   START returns
// CHECK-NEXT:     START interrupted
// CHECK-NEXT:       START handler
// CHECK-NEXT:         START step
// CHECK-NEXT:         END step
// CHECK-NEXT:         START step
// CHECK-NEXT:         END step
// CHECK-NEXT:       END handler
// CHECK-NEXT:       START step
// CHECK-NEXT:       END step
// CHECK-NEXT:     END interrupted
// CHECK-NEXT:     START step
// CHECK-NEXT:     END step
// CHECK-NEXT:   END returns
// CHECK-NEXT:   START jumps
// CHECK-NEXT:     START interrupted
// CHECK-NEXT:       START handler
// CHECK-NEXT:         START step
// CHECK-NEXT:         END step
// CHECK-NEXT:         START leap
// CHECK-NEXT:         END leap
// CHECK-NEXT:       END handler
// CHECK-NEXT:     END interrupted
// CHECK-NEXT:     START step
// CHECK-NEXT:     END step
// CHECK-NEXT:   END jumps
// CHECK-NEXT:   START step
// CHECK-NEXT:   END step
// CHECK-NEXT: END round_of
// CHECK-NEXT: START round_of
// CHECK-NEXT:   START returns
// CHECK-NEXT:     START interrupted
// CHECK-NEXT:       START handler
// CHECK-NEXT:         START step
// CHECK-NEXT:         END step
// CHECK-NEXT:         START step
// CHECK-NEXT:         END step
// CHECK-NEXT:       END handler
// CHECK-NEXT:       START step
// CHECK-NEXT:       END step
// CHECK-NEXT:     END interrupted
// CHECK-NEXT:     START step
// CHECK-NEXT:     END step
// CHECK-NEXT:   END returns
// CHECK-NEXT:   START jumps
// CHECK-NEXT:     START interrupted
// CHECK-NEXT:       START handler
// CHECK-NEXT:         START step
// CHECK-NEXT:         END step
// CHECK-NEXT:         START leap
// CHECK-NEXT:         END leap
// CHECK-NEXT:       END handler
// CHECK-NEXT:     END interrupted
// CHECK-NEXT:     START step
// CHECK-NEXT:     END step
// CHECK-NEXT:   END jumps
// CHECK-NEXT:   START step
// CHECK-NEXT:   END step
// CHECK-NEXT: END round_of
// CHECK-NEXT: START round_of
// CHECK-NEXT:   START returns
// CHECK-NEXT:     START interrupted
// CHECK-NEXT:       START handler
// CHECK-NEXT:         START step
// CHECK-NEXT:         END step
// CHECK-NEXT:         START step
// CHECK-NEXT:         END step
// CHECK-NEXT:       END handler
// CHECK-NEXT:       START step
// CHECK-NEXT:       END step
// CHECK-NEXT:     END interrupted
// CHECK-NEXT:     START step
// CHECK-NEXT:     END step
// CHECK-NEXT:   END returns
// CHECK-NEXT:   START jumps
// CHECK-NEXT:     START interrupted
// CHECK-NEXT:       START handler
// CHECK-NEXT:         START step
// CHECK-NEXT:         END step
// CHECK-NEXT:         START leap
// CHECK-NEXT:         END leap
// CHECK-NEXT:       END handler
// CHECK-NEXT:     END interrupted
// CHECK-NEXT:     START step
// CHECK-NEXT:     END step
// CHECK-NEXT:   END jumps
// CHECK-NEXT:   START step
// CHECK-NEXT:   END step
// CHECK-NEXT: END round_of
// CHECK-NOT: {{.}}
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>

#define KEPT __attribute__((noinline))
static volatile int sink;
static sigjmp_buf place;
static volatile int jump;

KEPT static void step(void) { sink = sink + 1; }
KEPT static void leap(void) {
  sink = sink + 1;
  siglongjmp(place, 1);
}
KEPT static void handler(int number) {
  sink = sink + number;
  step();
  if (jump) leap();
  step();
  sink = sink + 1;
}
KEPT static void interrupted(void) {
  raise(SIGUSR1);
  step();
  sink = sink + 1;
}
KEPT static void returns(void) {
  jump = 0;
  interrupted();
  step();
  sink = sink + 1;
}
KEPT static void jumps(void) {
  jump = 1;
  if (sigsetjmp(place, 1) == 0) interrupted();
  step();
  sink = sink + 1;
}
KEPT static void round_of(void) {
  returns();
  jumps();
  step();
  sink = sink + 1;
}

KEPT static void with_stack(void* memory, size_t bytes) __attribute__((no_instrument_function));
static void with_stack(void* memory, size_t bytes) {
  const stack_t stack = {.ss_sp = memory, .ss_size = bytes};
  if (sigaltstack(&stack, NULL) != 0) abort();
  round_of();
}

static char below[1 << 16];  // in the program's data, where the main thread's stack lies far above

int main(void) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
  sigaction(SIGUSR1, &action, NULL);
  round_of();
  with_stack(below, sizeof below);
  char above[1 << 16];  // in this frame, above all that is called from here
  with_stack(above, sizeof above);
  return 0;
}
