// A program that leaves a daemon behind: a child of a child, in a session of its own, its descriptors closed. `glimpse
// run` waits for it, says so, and its trace is whole; a linked program's prompt returns at once, and its daemon is
// recorded to its end all the same.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -O1 -finstrument-functions %s -o app && %gcc -O1 -finstrument-functions %s -o linked %libglimpse -Wl,-rpath,$(dirname %libglimpse)
// RUN: for how in daemon double; do rm -f go; mkfifo go; (sleep 4; echo > go) & %glimpse run -o $how.jsonl ./app $how > $how.out 2>&1; cat $how.out; wait; %{whole} $how.jsonl; done | FileCheck %s
// CHECK:      glimpse: waiting for processes that the program left running; Ctrl-C leaves them
// CHECK-NEXT: glimpse: {{[0-9]+}} records in daemon.jsonl (2 processes, 0 dropped)
// CHECK-NEXT: whole: 2 processes, {{[0-9]+}} calls, 0 exceptions, {{[0-9]+}} open, 0 dropped
// CHECK-NEXT: glimpse: waiting for processes that the program left running; Ctrl-C leaves them
// CHECK-NEXT: glimpse: {{[0-9]+}} records in double.jsonl (2 processes, 0 dropped)
// CHECK-NEXT: whole: 2 processes, {{[0-9]+}} calls, 0 exceptions, {{[0-9]+}} open, 0 dropped
// RUN: jq -r 'select(.stage == "START" and .function == "as_daemon").function' daemon.jsonl double.jsonl | wc -l | FileCheck %s --check-prefix=TWO
// TWO: {{^}}2{{$}}
//
// RUN: rm -f go && mkfifo go && ./linked double && echo "the prompt" > prompt && echo > go && for i in $(seq 300); do test $(grep -c summary glimpse.jsonl) = 2 && break; sleep 0.1; done; %{whole} glimpse.jsonl | FileCheck %s --check-prefix=LINKED
// LINKED: whole: 2 processes, {{[0-9]+}} calls, 0 exceptions, {{[0-9]+}} open, 0 dropped
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

static volatile int sink;

NOINLINE static void step(int n) { sink += n; }

// Until somebody writes into the pipe.
NOINLINE static void as_daemon(void) {
  char byte;
  step(1);
  const int fd = open("go", O_RDONLY);
  if (read(fd, &byte, 1) != 1) _exit(1);
  step(2);
}

int main(int count, char** arguments) {
  step(0);
  if (count > 1 && strcmp(arguments[1], "daemon") == 0) {
    if (daemon(1, 0) != 0) return 1;  // its parent is gone by _exit
    as_daemon();
    return 0;
  }
  const pid_t child = fork();
  if (child == 0) {
    setsid();
    for (int fd = 0; fd < 64; ++fd) close(fd);
    if (fork() != 0) _exit(0);
    as_daemon();
    exit(0);
  }
  waitpid(child, NULL, 0);
  return 0;
}
