// Signal handlers: on the thread's stack and on an alternate one, one inside another, and while a call is under way.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define KEPT __attribute__((noinline))

static volatile int sink;
KEPT static void leaf(int n) { sink += n; }
KEPT static void deeper(int n) {
  leaf(n);
  if (n) deeper(n - 1);
}
KEPT static void on_second(int number) {
  (void)number;
  deeper(2);
}
KEPT static void on_first(int number) {
  leaf(number);
  raise(SIGUSR2);
  leaf(1);
}
KEPT static void work(int n) {
  deeper(n);
  raise(SIGUSR1);
  deeper(n);
}

int main(void) {
  struct sigaction action = {0};
  stack_t stack = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
  sigaltstack(&stack, NULL);
  action.sa_handler = on_first;
  sigaction(SIGUSR1, &action, NULL);
  action.sa_handler = on_second;
  action.sa_flags = SA_ONSTACK;
  sigaction(SIGUSR2, &action, NULL);
  for (int i = 0; i < 4; ++i) work(i);
  printf("%d\n", sink);
  return 0;
}
