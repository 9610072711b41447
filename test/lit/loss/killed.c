// kill -9 in the middle: every event before it is in the file, every line is whole, and the calls that
// were open are named.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -finstrument-functions -pthread %s -o app
// RUN: %python %S/inputs/kill.py %glimpse run -o exact.jsonl -- ./app exact | FileCheck %s
// CHECK: killed by SIGKILL
// RUN: %{whole} exact.jsonl | FileCheck %s --check-prefix=WHOLE
// WHOLE: whole: 1 process, 1003 calls, 0 exceptions, 3 open, 0 dropped
// RUN: tail -1 exact.jsonl | jq -c '[.signal_name, [.open[].function]]' | FileCheck %s --check-prefix=OPEN
// OPEN: ["SIGKILL",["main","work","end_it"]]
//
// At any instant, from outside, with three threads at work: START = END + open, for each thread.
// RUN: for i in 1 2 3; do %python %S/inputs/kill.py %glimpse run -o any.jsonl -- ./app && %{whole} any.jsonl && tail -1 any.jsonl | jq -e '.open_calls > 0 and .signal == 9'; done | FileCheck %s --check-prefix=ANY
// ANY-COUNT-3: whole: 1 process, {{[0-9]+}} calls, 0 exceptions, {{[1-9][0-9]*}} open, 0 dropped
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int step(int n) { return n + 1; }

static void end_it(void) { kill(getpid(), SIGKILL); }

static void work(void) {
  for (int n = 0; n < 1000;) n = step(n);
  end_it();
}

static void* slowly(void* nothing) {
  const struct timespec pause = {0, 100000};
  for (int n = 0; n < 100000;) {
    for (int i = 0; i < 10; ++i) n = step(n);
    nanosleep(&pause, NULL);
  }
  return nothing;
}

int main(int count, char** words) {
  (void)words;
  if (count > 1) work();
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) pthread_create(&threads[i], NULL, slowly, NULL);
  printf("%d\n", getpid());
  fflush(stdout);
  slowly(NULL);
  return 0;
}
