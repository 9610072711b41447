// Fibers: each has its own open calls, and keeps them while another runs. Two that pause in the same function at the same
// call site are the hard case: their exits look alike.
//
// By swapcontext, with small stacks side by side in memory, and on the stack of a thread:
// RUN: %{trace} %s --ways run,so --policy '{"package_trees": ["*"], "trace_depth": 20}'
// RUN: for build in %t.trace/*; do %{whole} --fibers $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// RUN: %{trace} %s --flags=-DIN_A_THREAD --policy '{"package_trees": ["*"], "trace_depth": 20}'
// RUN: for build in %t.trace/*; do %{whole} --fibers $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
//
// By a few instructions of the program's own, which nobody announces; such stacks are seldom small:
// RUN: %{trace} %s --flags=-DBY_HAND --policy '{"package_trees": ["*"], "trace_depth": 20}'
// RUN: for build in %t.trace/*; do %{whole} --fibers $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// RUN: %{trace} %s --flags="-DBY_HAND -DIN_A_THREAD" --policy '{"package_trees": ["*"], "trace_depth": 20}'
// RUN: for build in %t.trace/*; do %{whole} --fibers $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
//
// CHECK:      START turns
// CHECK-NEXT:   START resume
// CHECK-NEXT: START body
// CHECK-NEXT:   START inner
// CHECK-NEXT:     START pause_here
// CHECK-NEXT:   END resume
// CHECK-NEXT:   START resume
// CHECK-NEXT: START body
// CHECK-NEXT:   START inner
// CHECK-NEXT:     START pause_here
// CHECK-NEXT:   END resume
// CHECK-NEXT:   START resume
// CHECK-NEXT:     END pause_here
// CHECK-NEXT:   END inner
// CHECK-NEXT:   START inner
// CHECK-NEXT:     START pause_here
// CHECK-NEXT:   END resume
// CHECK-NEXT:   START resume
// CHECK-NEXT:     END pause_here
// CHECK-NEXT:   END inner
// CHECK-NEXT:   START inner
// CHECK-NEXT:     START pause_here
// CHECK-NEXT:   END resume
// CHECK-NEXT:   START resume
// CHECK-NEXT:     END pause_here
// CHECK-NEXT:   END inner
// CHECK-NEXT: END body
// CHECK-NEXT:   END resume
// CHECK-NEXT:   START resume
// CHECK-NEXT:     END pause_here
// CHECK-NEXT:   END inner
// CHECK-NEXT: END body
// CHECK-NEXT:   END resume
// CHECK-NEXT:   START resume
// CHECK-NEXT:   END resume
// CHECK-NEXT: END turns
// CHECK-NOT:  {{.}}
// WHOLE-COUNT-12: whole: 1 process, 18 calls, 0 exceptions, 0 open, 0 dropped
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <ucontext.h>

#define UNTRACED __attribute__((no_instrument_function, noinline))
#define KEPT __attribute__((noinline))

enum { kFibers = 2 };
static int finished[kFibers + 1];
static volatile int sink;

#ifdef BY_HAND
enum { kStackBytes = 128 << 10 };
static void* fibers[kFibers + 1];
static void* home;

void change_stack(void** left, void* entered);
__asm__(
    ".text\n.globl change_stack\nchange_stack:\n"
    "  push %rbp\n  push %rbx\n  push %r12\n  push %r13\n  push %r14\n  push %r15\n"
    "  mov %rsp, (%rdi)\n  mov %rsi, %rsp\n"
    "  pop %r15\n  pop %r14\n  pop %r13\n  pop %r12\n  pop %rbx\n  pop %rbp\n  ret\n");

UNTRACED static void enter(int fiber) { change_stack(&home, fibers[fiber]); }
UNTRACED static void leave(int fiber) { change_stack(&fibers[fiber], home); }
UNTRACED static void make(int fiber, char* stack, void (*entry)(void)) {
  void** top = (void**)(stack + kStackBytes);
  *--top = 0;
  *--top = (void*)entry;
  fibers[fiber] = top - 6;
}
#else
enum { kStackBytes = 16 << 10 };
static ucontext_t fibers[kFibers + 1], home;

UNTRACED static void enter(int fiber) { swapcontext(&home, &fibers[fiber]); }
UNTRACED static void leave(int fiber) { swapcontext(&fibers[fiber], &home); }
UNTRACED static void make(int fiber, char* stack, void (*entry)(void)) {
  getcontext(&fibers[fiber]);
  fibers[fiber].uc_stack.ss_sp = stack;
  fibers[fiber].uc_stack.ss_size = kStackBytes;
  fibers[fiber].uc_link = &home;
  makecontext(&fibers[fiber], entry, 0);
}
#endif

static int running;

KEPT void pause_here(int fiber) {
  leave(fiber);
  sink = sink + 1;
}
KEPT void inner(int fiber) {
  pause_here(fiber);
  sink = sink + 1;
}
KEPT void body(int fiber) {
  inner(fiber);
  inner(fiber);
  sink = sink + 1;
}
UNTRACED void fiber_main(void) {
  const int fiber = running;
  if (fiber < kFibers) body(fiber);
  finished[fiber] = 1;
  for (;;) leave(fiber);
}
KEPT void resume(int fiber) {
  running = fiber;
  enter(fiber);
  sink = sink + 1;
}
KEPT void turns(void) {
  for (int round = 0; round < 3; ++round)
    for (int fiber = 0; fiber < kFibers; ++fiber) resume(fiber);
  resume(kFibers);
}

#ifdef IN_A_THREAD
UNTRACED static void* run(void* unused) {
#ifdef BY_HAND
  char* memory = malloc((kFibers + 1) * kStackBytes);
#else
  char memory[(kFibers + 1) * kStackBytes];
#endif
  for (int fiber = 0; fiber <= kFibers; ++fiber) make(fiber, memory + fiber * kStackBytes, fiber_main);
  turns();
#ifdef BY_HAND
  free(memory);
#endif
  return unused;
}
UNTRACED int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, run, 0);
  pthread_join(thread, 0);
#else
static char memory[(kFibers + 1) * kStackBytes] __attribute__((aligned(16)));
UNTRACED int main(void) {
  for (int fiber = 0; fiber <= kFibers; ++fiber) make(fiber, memory + fiber * kStackBytes, fiber_main);
  turns();
#endif
  return !(finished[0] && finished[1] && finished[2]);
}
