// However a thread ends, all it did is there, to its last call: by return, by pthread_exit, cancelled at a cancellation
// point or anywhere, detached. What it leaves open is left by force: EXCEPTION without a type.
//
// RUN: %{trace} %s
// RUN: %{trace} %s --only gcc,clang-19 --levels=-O2 --ways so,a,static
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// WHOLE-COUNT-12: whole: 1 process, 26 calls, 8 exceptions, 0 open, 0 dropped
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

typedef void* Body(void*);

static _Thread_local volatile int sink;
static sem_t there;

NOINLINE static void step(int n) { sink += n; }

// CHECK:      START main
// CHECK-NEXT:   START run
// CHECK-NEXT: START by_return
// CHECK-NEXT:   START step
// CHECK-NEXT:   END step
// CHECK-NEXT: END by_return
// CHECK-NEXT:   END run
NOINLINE static void* by_return(void* argument) {
  step(1);
  return argument;
}

// CHECK-NEXT:   START run
// CHECK-NEXT: START by_pthread_exit
// CHECK-NEXT:   START leave
// CHECK-NEXT:     START step
// CHECK-NEXT:     END step
// CHECK-NEXT:   EXCEPTION leave ?
// CHECK-NEXT: EXCEPTION by_pthread_exit ?
// CHECK-NEXT:   END run
NOINLINE static void leave(int n) {
  step(n);
  pthread_exit(NULL);
}
NOINLINE static void* by_pthread_exit(void* argument) {
  leave(2);
  step(3);
  return argument;
}

// CHECK-NEXT:   START run
// CHECK-NEXT: START cancelled_when_it_waits
// CHECK-NEXT:   START step
// CHECK-NEXT:   END step
// CHECK-NEXT:   START wait_for_ever
// CHECK-NEXT:   EXCEPTION wait_for_ever ?
// CHECK-NEXT: EXCEPTION cancelled_when_it_waits ?
// CHECK-NEXT:   END run
NOINLINE static void wait_for_ever(void) {
  sem_post(&there);
  while (1) pause();
}
NOINLINE static void* cancelled_when_it_waits(void* argument) {
  step(4);
  wait_for_ever();
  return argument;
}

// CHECK-NEXT:   START run
// CHECK-NEXT: START cancelled_anywhere
// CHECK-NEXT:   START step
// CHECK-NEXT:   END step
// CHECK-NEXT:   START spin
// CHECK-NEXT:   EXCEPTION spin ?
// CHECK-NEXT: EXCEPTION cancelled_anywhere ?
// CHECK-NEXT:   END run
NOINLINE static void spin(void) {
  pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
  sem_post(&there);
  while (1) ++sink;
}
NOINLINE static void* cancelled_anywhere(void* argument) {
  step(5);
  spin();
  return argument;
}

// CHECK-NEXT:   START run
// CHECK-NEXT: START cleans_up
// CHECK-NEXT:   START wait_for_ever
// CHECK:        START clean
// CHECK-NEXT:     START step
// CHECK-NEXT:     END step
// CHECK-NEXT:   END clean
// CHECK:      EXCEPTION cleans_up ?
// CHECK-NEXT:   END run
NOINLINE static void clean(void* argument) { step(argument == NULL ? 6 : 7); }
NOINLINE static void* cleans_up(void* argument) {
  pthread_cleanup_push(clean, NULL);
  wait_for_ever();
  pthread_cleanup_pop(0);
  return argument;
}

NOINLINE static void run(Body* body, int cancel) {
  pthread_t thread;
  pthread_create(&thread, NULL, body, NULL);
  if (cancel) {
    sem_wait(&there);
    pthread_cancel(thread);
  }
  pthread_join(thread, NULL);
}

// Seen by a destructor of its thread-local storage: a detached thread that has returned.
// CHECK-NEXT:   START start_detached
// CHECK-NEXT:   END start_detached
// CHECK-NEXT: START detached
// CHECK-NEXT:   START step
// CHECK-NEXT:   END step
// CHECK-NEXT: END detached
// CHECK-NEXT: START at_its_end
// CHECK-NEXT: END at_its_end
// CHECK-NEXT:   START all_over
// CHECK-NEXT:   END all_over
// CHECK-NEXT: END main
static pthread_key_t key;
static sem_t go;
NOINLINE static void at_its_end(void* argument) { sink += argument != NULL; }
__attribute__((no_instrument_function)) static void has_ended(void* argument) {
  at_its_end(argument);
  sem_post(&there);
}
NOINLINE static void* detached(void* argument) {
  step(8);
  return argument;
}
__attribute__((no_instrument_function)) static void* begin_detached(void* argument) {
  pthread_setspecific(key, &key);
  while (sem_wait(&go) != 0) continue;
  return detached(argument);
}
NOINLINE static void start_detached(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, begin_detached, NULL);
  pthread_detach(thread);
}
NOINLINE static void all_over(void) { sink = 0; }

int main(void) {
  sem_init(&there, 0, 0);
  sem_init(&go, 0, 0);
  pthread_key_create(&key, has_ended);
  run(by_return, 0);
  run(by_pthread_exit, 0);
  run(cancelled_when_it_waits, 1);
  run(cancelled_anywhere, 1);
  run(cleans_up, 1);
  start_detached();
  sem_post(&go);
  while (sem_wait(&there) != 0) continue;
  all_over();
  return 0;
}
