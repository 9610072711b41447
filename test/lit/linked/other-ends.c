// A program that leaves by _exit, quick_exit, abort or SIGKILL waits for nobody; its trace is whole a moment later.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -finstrument-functions %s -o app %libglimpse -Wl,-rpath,$(dirname %libglimpse)
// RUN: for end in exit _exit quick_exit abort kill; do env GLIMPSE_LOG_PATH=$end.jsonl ./app $end || true; done
// RUN: for end in exit _exit quick_exit abort kill; do for i in $(seq 200); do grep -qs summary $end.jsonl && break; sleep 0.1; done; echo "$end: $(%{whole} $end.jsonl)"; done | FileCheck %s
// CHECK:      exit: whole: 1 process, 102 calls, 0 exceptions, 2 open, 0 dropped
// CHECK-NEXT: _exit: whole: 1 process, 102 calls, 0 exceptions, 2 open, 0 dropped
// CHECK-NEXT: quick_exit: whole: 1 process, 102 calls, 0 exceptions, 2 open, 0 dropped
// CHECK-NEXT: abort: whole: 1 process, 102 calls, 0 exceptions, 2 open, 0 dropped
// CHECK-NEXT: kill: whole: 1 process, 102 calls, 0 exceptions, 2 open, 0 dropped
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int step(int n) { return n + 1; }

static void leave(const char* how) {
  if (strcmp(how, "exit") == 0) exit(0);
  if (strcmp(how, "_exit") == 0) _exit(0);
  if (strcmp(how, "quick_exit") == 0) quick_exit(0);
  if (strcmp(how, "abort") == 0) abort();
  kill(getpid(), SIGKILL);
}

int main(int count, char** words) {
  for (int n = 0; n < 100;) n = step(n);
  if (count > 1) leave(words[1]);
  return 0;
}
