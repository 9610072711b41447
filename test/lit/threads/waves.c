// Five thousand short-lived threads, fifty at a time: every call of every thread is there, to the last one before its
// end, and the memory of those that have ended serves those that come.
//
// RUN: %{trace} %s --only gcc,clang-19 --levels=-O2 --ways run,static --jq 'select(.record_type == "summary") | [.calls, .threads, .dropped]'
// CHECK: [15001,5001,{}]
// RUN: %{whole} %t.trace/gcc-O2-run/trace.jsonl | FileCheck %s --check-prefix=WHOLE
// WHOLE: whole: 1 process, 15001 calls, 0 exceptions, 0 open, 0 dropped
// RUN: jq -r 'select(.stage == "END" and .function == "last").tid' %t.trace/gcc-O2-run/trace.jsonl | sort | uniq -c | awk '{ sum += $1 } END { print sum, "times last" }' | FileCheck %s --check-prefix=LAST
// LAST: 5000 times last
//
// Looked at from outside, before it ends. With a collector that sleeps for a second they wait for it, rather than take
// memory of their own or lose a call:
// RUN: rm -rf %t && mkdir -p %t/spool && cd %t && %python %S/inputs/rings.py spool 200 %glimpse run -q %t.trace/gcc-O2-run/app wait | FileCheck %s --check-prefix=RINGS
// RUN: %python %S/inputs/rings.py spool 200 %glimpse run -q -o asleep.jsonl %t.trace/gcc-O2-run/app stop | FileCheck %s --check-prefix=RINGS
// RINGS: {{^}}bounded
// RUN: %{whole} asleep.jsonl | FileCheck %s --check-prefix=WHOLE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

enum { kThreads = 5000, kAtOnce = 50 };

static _Thread_local volatile int sink;

NOINLINE static void first(int n) { sink += n; }
NOINLINE static void last(int n) { sink += n; }

NOINLINE static void* live(void* argument) {
  first(1);
  last(2);
  return argument;
}

// Puts its parent to sleep, which collects, and has somebody wake it.
__attribute__((no_instrument_function)) static void stop_parent(void) {
  const pid_t parent = getppid();
  kill(parent, SIGSTOP);
  if (fork() != 0) return;
  sleep(1);
  kill(parent, SIGCONT);
  _exit(0);
}

int main(int count, char** arguments) {
  if (count > 1 && strcmp(arguments[1], "stop") == 0) stop_parent();
  for (int done = 0; done < kThreads; done += kAtOnce) {
    pthread_t threads[kAtOnce];
    for (int i = 0; i < kAtOnce; ++i) {
      if (pthread_create(&threads[i], NULL, live, NULL) != 0) return 1;
    }
    for (int i = 0; i < kAtOnce; ++i) pthread_join(threads[i], NULL);
  }
  if (count > 1) {  // until somebody has looked at us
    puts("all threads have ended");
    fflush(stdout);
    char byte;
    if (read(STDIN_FILENO, &byte, 1) < 0) return 2;
  }
  return 0;
}
