// A detached thread that still runs when main returns: what it did before is there, its open calls are named, and the
// program ends as it always did.
//
// RUN: %{trace} %s --levels=-O2 --jq 'select(.record_type == "summary") | [.threads, .dropped, .exit_status, (.open | map(.function) | join(" "))]'
// RUN: %{trace} %s --only gcc --levels=-O2 --ways so,a,static --jq 'select(.record_type == "summary") | [.threads, .dropped, .exit_status, (.open | map(.function) | join(" "))]'
// CHECK: [2,{},0,"for_ever wait_there"]
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// WHOLE-COUNT-6: whole: 1 process, 3 calls, 0 exceptions, 2 open, 0 dropped
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

static sem_t there;

NOINLINE static void wait_there(void) {
  sem_post(&there);
  while (1) pause();
}

NOINLINE static void* for_ever(void* argument) {
  wait_there();
  return argument;
}

int main(void) {
  pthread_t thread;
  sem_init(&there, 0, 0);
  pthread_create(&thread, NULL, for_ever, NULL);
  pthread_detach(thread);
  while (sem_wait(&there) != 0) continue;
  return 0;
}
