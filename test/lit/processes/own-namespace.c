// A program that is the first process of a PID namespace, as in a container below `glimpse run`: it is number 1 to
// itself, which is somebody else's here: its end is noticed all the same, and the session ends with it.
//
// REQUIRES: gcc, pid-namespaces
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -O1 -finstrument-functions %s -o app
// RUN: timeout 60 %glimpse run -q -- unshare -Urpf ./app > out; echo "status $?" >> out; FileCheck %s --input-file=out
// CHECK:      I am 1, my child is 2
// CHECK-NEXT: status 3
// RUN: %{whole} glimpse.jsonl | FileCheck %s --check-prefix=WHOLE
// WHOLE: whole: 2 processes, 4 calls, 0 exceptions, 0 open, 0 dropped
// RUN: jq -sc 'map(select(.record_type == "process")) | map(.pid) | unique | length' glimpse.jsonl | FileCheck %s --check-prefix=NUMBERS
// NUMBERS: {{^}}2{{$}}
//
// Its child may be number 1 too, in a namespace of its own again:
// RUN: timeout 60 %glimpse run -q -o again.jsonl -- unshare -Urpf ./app again && %{whole} again.jsonl | FileCheck %s --check-prefix=AGAIN
// AGAIN: whole: 2 processes, 4 calls, 0 exceptions, 0 open, 0 dropped
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int sink;

__attribute__((noinline)) static void step(int n) { sink += n; }

__attribute__((no_instrument_function)) static int run(int again) {
  step(1);
  if (again && unshare(CLONE_NEWPID) != 0) return 1;
  const pid_t child = fork();
  if (child == 0) {
    step(2);
    step(3);
    _exit(0);
  }
  waitpid(child, NULL, 0);
  printf("I am %d, my child is %d\n", getpid(), child);
  return again ? 0 : 3;
}

int main(int count, char** words) { return run(count > 1 && words != NULL); }
