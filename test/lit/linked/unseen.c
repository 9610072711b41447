// The collector that a linked program starts is nobody's child here: no wait() finds it, no SIGCHLD tells of it, and it
// holds none of the program's files.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -finstrument-functions %s -o app %libglimpse -Wl,-rpath,$(dirname %libglimpse)
// RUN: ./app | FileCheck %s && %{whole} glimpse.jsonl | FileCheck %s --check-prefix=WHOLE
// CHECK:      wait: No child processes
// CHECK-NEXT: waitpid: No child processes
// CHECK-NEXT: SIGCHLD: 0
// CHECK-NEXT: readers of the pipe: none but us
// CHECK-NEXT: own child: 9, then none
// CHECK-NEXT: SIGCHLD: 1
// WHOLE: whole: 1 process, 3 calls, 0 exceptions, 0 open, 0 dropped
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t children_ended;

static void on_child(int number) { children_ended += number == SIGCHLD; }

static int pipe_ends[2];

__attribute__((constructor)) static void prepare(void) {
  signal(SIGCHLD, on_child);
  if (pipe(pipe_ends) != 0) _exit(1);
}

int main(void) {
  printf("wait: %s\n", wait(NULL) < 0 ? strerror(errno) : "a child");
  printf("waitpid: %s\n", waitpid(-1, NULL, WNOHANG) < 0 ? strerror(errno) : "a child");
  printf("SIGCHLD: %d\n", children_ended);

  close(pipe_ends[1]);  // the end of the pipe comes at once unless somebody else holds it
  char byte;
  fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK);
  printf("readers of the pipe: %s\n", read(pipe_ends[0], &byte, 1) == 0 ? "none but us" : "somebody");
  fflush(stdout);

  const pid_t child = fork();
  if (child == 0) _exit(9);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  printf("own child: %d, %s\n", WEXITSTATUS(status), wait(NULL) < 0 && errno == ECHILD ? "then none" : "then another");
  printf("SIGCHLD: %d\n", children_ended);
  return 0;
}
