// SIGSEGV with the program's own handler, traced: one that mends the memory and returns, one that jumps out, and one on an
// alternate stack after the normal one has overflowed, again and again, with what was open closed each time.
//
// RUN: rm -rf %t && mkdir %t && cd %t && echo '{"version": "1.0", "package_trees": ["*"], "exclude_functions": ["main"], "trace_depth": "unlimited"}' > glimpse-policy.json
// RUN: ulimit -s 1024; for build in '%gcc -O0 -finstrument-functions' '%gcc -O2 -finstrument-functions' '%clang19 -O2 -finstrument-functions-after-inlining'; do $build -w %s -o app && (%glimpse run -q ./app && %{whole} glimpse.jsonl && jq -r 'select(.record_type == "log_entry" and .function != "sink_down") | "\(.stage) \(.function) \(.depth | if . > 100 then "deep" else . end)"' glimpse.jsonl) | FileCheck %s || exit 1; done
// REQUIRES: gcc, clang-19
// CHECK:      mended 41 jumped 1 overflowed 3
// CHECK-NEXT: whole: 1 process, {{[0-9]+}} calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: START caller 0
// CHECK-NEXT: START touches 1
// CHECK-NEXT: START on_fault 2
// CHECK-NEXT: START mend 3
// CHECK-NEXT: END mend 3
// CHECK-NEXT: END on_fault 2
// CHECK-NEXT: END touches 1
// CHECK-NEXT: END caller 0
// CHECK-NEXT: START after 0
// CHECK-NEXT: END after 0
// CHECK-NEXT: START caller 0
// CHECK-NEXT: START touches 1
// CHECK-NEXT: START on_fault 2
// CHECK-NEXT: START leave 3
// CHECK-NEXT: END leave 3
// CHECK-NEXT: END on_fault 2
// CHECK-NEXT: END touches 1
// CHECK-NEXT: END caller 0
// CHECK-NEXT: START after 0
// CHECK-NEXT: END after 0
// CHECK-NEXT: START on_fault deep
// CHECK-NEXT: START leave deep
// CHECK-NEXT: END leave deep
// CHECK-NEXT: END on_fault deep
// CHECK-NEXT: START after 0
// CHECK-NEXT: END after 0
// CHECK-NEXT: START on_fault deep
// CHECK-NEXT: START leave deep
// CHECK-NEXT: END leave deep
// CHECK-NEXT: END on_fault deep
// CHECK-NEXT: START after 0
// CHECK-NEXT: END after 0
// CHECK-NEXT: START on_fault deep
// CHECK-NEXT: START leave deep
// CHECK-NEXT: END leave deep
// CHECK-NEXT: END on_fault deep
// CHECK-NEXT: START after 0
// CHECK-NEXT: END after 0
// CHECK-NOT: {{.}}
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define KEPT __attribute__((noinline))
static volatile int sink;
static char* page;
static sigjmp_buf place;
static volatile int how;
enum { kMend, kJump };

KEPT static void mend(void) { mprotect(page, 4096, PROT_READ | PROT_WRITE); }
KEPT static void leave(void) {
  sink = sink + 1;
  siglongjmp(place, 1);
}
KEPT static void on_fault(int number) {
  sink = sink + number;
  if (how == kMend) mend();
  else leave();
  sink = sink + 1;
}
KEPT static int touches(char* at) {
  *at = 41;
  return *at;
}
KEPT static int caller(char* at) {
  const int value = touches(at);
  sink = sink + 1;
  return value;
}
KEPT static int sink_down(int n) {
  volatile char room[512];
  room[n % 512] = (char)n;
  const int below = sink_down(n + 1);
  return below + room[n % 512];
}
KEPT static int after(int n) { return sink + n; }

int main(void) {
  static char memory[1 << 16];
  const stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_handler = on_fault, .sa_flags = SA_ONSTACK | SA_NODEFER};
  sigaction(SIGSEGV, &action, NULL);
  page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  how = kMend;
  const int mended = caller(page);
  after(1);
  how = kJump;
  volatile int jumped = 0, overflowed = 0;
  mprotect(page, 4096, PROT_NONE);
  if (sigsetjmp(place, 1) == 0) caller(page);
  else ++jumped;
  after(2);
  for (volatile int i = 0; i < 3; ++i) {
    if (sigsetjmp(place, 1) == 0) sink_down(0);
    else ++overflowed;
    after(3);
  }
  printf("mended %d jumped %d overflowed %d\n", mended, jumped, overflowed);
  return 0;
}
