// The first calls of a process come from several threads at the same instant: it announces itself once, and each call is
// recorded once. In new processes, and in children of one that is traced already.
//
// RUN: %{trace} %s --only gcc --levels=-O2 --ways run,so,a --prefix ONE --jq 'select(.record_type == "summary" and .calls == 1) | .calls'
// ONE: 1
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s
// CHECK:      whole: 151 processes, 601 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: whole: 151 processes, 601 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: whole: 151 processes, 601 calls, 0 exceptions, 0 open, 0 dropped
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))
#define UNTRACED __attribute__((no_instrument_function))

enum { kThreads = 4, kChildren = 150 };

static atomic_int ready;
static _Thread_local volatile int sink;

NOINLINE static void work(int n) { sink += n; }

UNTRACED static void* live(void* argument) {
  ++ready;
  while (ready < kThreads) continue;
  work(1);
  return argument;
}

UNTRACED static int start_threads(void) {
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; ++i) {
    if (pthread_create(&threads[i], NULL, live, NULL) != 0) return 1;
  }
  for (int i = 0; i < kThreads; ++i) pthread_join(threads[i], NULL);
  return 0;
}

UNTRACED int main(void) {
  int bad = 0;
  work(0);
  for (int n = 0; n < kChildren; ++n) {
    const pid_t child = fork();
    if (child == 0) _exit(start_threads());
    int status = 0;
    waitpid(child, &status, 0);
    bad += status != 0;
  }
  return bad;
}
