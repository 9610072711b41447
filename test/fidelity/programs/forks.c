// fork in the middle of calls, a child that forks, a child that leaves by _exit, a child that becomes another program.
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEPT __attribute__((noinline))

static volatile int sink;
KEPT static void leaf(int n) { sink = n; }
KEPT static int finish(pid_t child) {
  int status = 0;
  leaf(1);
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}
KEPT static int grandchild(void) {
  leaf(20);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    leaf(30);
    _exit(5);
  }
  return finish(child);
}
KEPT static int fork_inside(int n) {
  leaf(n);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    leaf(n + 10);
    return -grandchild();
  }
  leaf(n + 1);
  return finish(child);
}
KEPT static int become(char* self) {
  pid_t child = fork();
  if (child == 0) {
    leaf(40);
    char* arguments[] = {self, "again", NULL};
    execv(self, arguments);
    _exit(99);
  }
  return finish(child);
}

int main(int count, char** arguments) {
  if (count > 1) {
    leaf(50);
    return 6;
  }
  int inside = fork_inside(2);
  if (inside < 0) {
    leaf(60);
    return -inside;
  }
  leaf(70);
  int became = become(arguments[0]);
  printf("%d %d\n", inside, became);
  return 0;
}
