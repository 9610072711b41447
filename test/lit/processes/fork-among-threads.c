// fork in a program with many threads, most of them amid a hook: each child has exactly the calls it made, whichever of
// its threads calls first, and so has its child.
//
// RUN: %{trace} %s --prefix SUM --jq 'select(.record_type == "summary" and .threads > 3) | [.calls, .threads]'
// RUN: %{trace} %s --prefix SUM --only gcc,clang-19 --levels=-O2 --ways so,a,static --jq 'select(.record_type == "summary" and .threads > 3) | [.calls, .threads]'
// SUM: [9004,4]
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; jq -sr 'map(select(.stage == "START")) | group_by(.pid) | map(group_by(.function) | map("\(.[0].function) \(length)") | join(", ")) | group_by(.) | map("\(length) x \(.[0])")[]' $build/trace.jsonl; done | sort | uniq -c | FileCheck %s
// CHECK:      12 1 x busy 3, step 9001
// CHECK-NEXT: 12 12 x grandchild 1, step 2
// CHECK-NEXT: 12 2 x child 1, helper 1, step 4
// CHECK-NEXT: 12 2 x child 1, helper 2, step 5
// CHECK-NEXT: 12 4 x child 1, helper 1, step 3
// CHECK-NEXT: 12 4 x child 1, step 2
// CHECK-NEXT: 12 whole: 25 processes, 9100 calls, 0 exceptions, 0 open, 0 dropped
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

enum { kBusy = 3, kChildren = 12 };

static _Thread_local volatile int sink;
static atomic_int over;
static atomic_int running;

NOINLINE static void step(int n) { sink += n; }

NOINLINE static void* busy(void* argument) {
  for (int i = 0; i < 3000 || !over; ++i) {
    if (i < 3000) step(i);
    if (i == 10) ++running;
  }
  return argument;
}

NOINLINE static void* helper(void* argument) {
  step(1);
  return argument;
}

NOINLINE static int grandchild(int n) {
  step(n);
  step(n + 1);
  return n;
}

NOINLINE static int child(int n) {
  pthread_t thread;
  if (n % 2 == 0) {  // another thread calls first
    pthread_create(&thread, NULL, helper, NULL);
    pthread_join(thread, NULL);
  }
  step(2);
  const pid_t pid = fork();
  if (pid == 0) _exit(grandchild(n));
  waitpid(pid, NULL, 0);
  step(3);
  return 0;
}

__attribute__((no_instrument_function)) int main(void) {
  pthread_t threads[kBusy];
  for (int i = 0; i < kBusy; ++i) pthread_create(&threads[i], NULL, busy, NULL);
  while (running < kBusy) continue;
  step(0);
  int bad = 0;
  for (int n = 0; n < kChildren; ++n) {
    const pid_t pid = fork();
    if (pid == 0) {
      pthread_t thread;
      if (n % 3 == 0) {
        pthread_create(&thread, NULL, helper, NULL);
        pthread_join(thread, NULL);
        step(4);
      }
      _exit(child(n));
    }
    int status = 0;
    waitpid(pid, &status, 0);
    bad += status != 0;
  }
  over = 1;
  for (int i = 0; i < kBusy; ++i) pthread_join(threads[i], NULL);
  return bad;
}
