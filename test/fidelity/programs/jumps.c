// longjmp over frames, out of nested levels, in a loop, and siglongjmp out of a handler: no START may stay open.
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

#define KEPT __attribute__((noinline))

static jmp_buf outer, inner;
static sigjmp_buf from_handler;
static volatile int sink;

KEPT static void leaf(int n) { sink = n; }
KEPT static void jump(int n) {
  leaf(n);
  longjmp(outer, n);
}
KEPT static void middle(int n) {
  leaf(n);
  if (n % 3 == 0) jump(n + 1);
  leaf(-n);
}
KEPT static int guarded(int n) {
  if (setjmp(outer)) {
    leaf(100);
    return 1;
  }
  middle(n);
  return 0;
}
KEPT static void jump_two(void) {
  leaf(7);
  longjmp(inner, 1);
}
KEPT static void nested(void) {
  if (setjmp(inner) == 0) {
    middle(1);
    jump_two();
  }
  leaf(8);
}
KEPT static void handler(int number) {
  leaf(number);
  siglongjmp(from_handler, 1);
}
KEPT static void raiser(void) {
  raise(SIGUSR1);
  leaf(9);
}

int main(void) {
  signal(SIGUSR1, handler);
  int jumped = 0;
  for (int i = 0; i < 9; ++i) jumped += guarded(i);
  nested();
  for (int i = 0; i < 2; ++i)
    if (sigsetjmp(from_handler, 1) == 0) raiser();
  leaf(10);
  printf("%d %d\n", jumped, sink);
  return 0;
}
