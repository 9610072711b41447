// Three hundred threads at once: each has a ring of its own, and every call of each is there.
//
// RUN: %{trace} %s --levels=-O2 --jq 'select(.record_type == "summary") | [.calls, .threads, .open_calls, .dropped]'
// RUN: %{trace} %s --only gcc --levels=-O2 --ways so,a,static --jq 'select(.record_type == "summary") | [.calls, .threads, .open_calls, .dropped]'
// CHECK: [6301,301,0,{}]
// RUN: jq -r 'select(.stage == "END" and .function == "work").tid' %t.trace/gcc-O2/trace.jsonl | sort | uniq -c | awk '{ print $1 }' | sort | uniq -c | FileCheck %s --check-prefix=EACH
// EACH:     300 20{{$}}
// EACH-NOT: {{.}}
#include <pthread.h>

#define NOINLINE __attribute__((noinline))

enum { kThreads = 300 };

static pthread_barrier_t all_there;
static _Thread_local volatile int sink;

NOINLINE static void work(int n) { sink += n; }

NOINLINE static void* live(void* argument) {
  for (int i = 0; i < 10; ++i) work(i);
  pthread_barrier_wait(&all_there);
  for (int i = 0; i < 10; ++i) work(i);
  return argument;
}

int main(void) {
  pthread_t threads[kThreads];
  pthread_barrier_init(&all_there, NULL, kThreads);
  for (int i = 0; i < kThreads; ++i) {
    if (pthread_create(&threads[i], NULL, live, NULL) != 0) return 1;
  }
  for (int i = 0; i < kThreads; ++i) pthread_join(threads[i], NULL);
  return 0;
}
