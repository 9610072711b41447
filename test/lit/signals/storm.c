// SIGPROF a thousand times a second of processor time, into several threads at once, its handler traced: the program's own
// calls are what they are without, each of the handler's calls is there, nothing is lost and nothing stays open.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -O1 -finstrument-functions -pthread %s -o app && echo '{"version": "1.0", "package_trees": ["*"], "trace_depth": "unlimited"}' > glimpse-policy.json
// RUN: export GLIMPSE_RING_BYTES=65536; for stack in normal alternate; do %glimpse run -q ./app $stack > counted && %{whole} glimpse.jsonl && jq -r 'select(.stage == "START").function' glimpse.jsonl | sort | uniq -c | awk '{print $2, $1}' | sort > calls && diff counted calls && jq -r 'select(.function == "in_handler" and .stage == "START").depth' glimpse.jsonl | sort | uniq -c | awk '$2 == 0 {print "outermost"}'; done | FileCheck %s
// CHECK:      whole: 1 process, {{[0-9]+}} calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: whole: 1 process, {{[0-9]+}} calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NOT: {{.}}
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#define KEPT __attribute__((noinline))
#define UNTRACED __attribute__((no_instrument_function))

enum { kThreads = 3, kRounds = 1500, kLeast = 100 };
static atomic_int signals;
static atomic_int rounds[kThreads];
static volatile int sink;

KEPT static void in_handler(void) { sink = sink + 1; }
KEPT static void handler(int number) {
  (void)number;
  in_handler();
  atomic_fetch_add(&signals, 1);
}
KEPT static void leaf(int n) { sink = n; }
KEPT static void tree(int n) {
  if (n > 0) {
    tree(n - 1);
    leaf(n);
  }
}

// Until all have done their part and enough signals have come, but never too much for a trace.
UNTRACED static void* work(void* number) {
  static _Thread_local char memory[1 << 16];
  const stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory};
  sigaltstack(&stack, NULL);
  atomic_int* mine = number;
  while (*mine < 300 || (signals < kLeast && *mine < kRounds)) {
    tree(2);
    for (volatile int i = 0; i < 100000; ++i) continue;
    atomic_fetch_add(mine, 1);
  }
  return NULL;
}

UNTRACED int main(int count, char** words) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
  if (count > 1 && strcmp(words[1], "alternate") == 0) action.sa_flags |= SA_ONSTACK;
  sigaction(SIGPROF, &action, NULL);
  const struct itimerval often = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
  setitimer(ITIMER_PROF, &often, NULL);
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; ++i) {
    if (pthread_create(&threads[i], NULL, work, &rounds[i]) != 0) abort();
  }
  int all = 0;
  for (int i = 0; i < kThreads; ++i) pthread_join(threads[i], NULL), all += rounds[i];
  setitimer(ITIMER_PROF, &never, NULL);
  signal(SIGPROF, SIG_IGN);
  const int came = signals;
  printf("handler %d\nin_handler %d\nleaf %d\ntree %d\n", came, came, 2 * all, 3 * all);
  return came < 10;
}
