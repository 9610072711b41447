// Without a second word two calls below main; else starts the program that the second word names.
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;
volatile int sink;

__attribute__((noinline)) static void step(int n) { sink = n; }

__attribute__((noinline)) static void work(void) {
  step(1);
  sink = 0;
}

__attribute__((noinline)) static int start(const char* how, char* program) {
  char* words[] = {program, NULL};
  if (strcmp(how, "system") == 0) return system(program);
  if (strcmp(how, "exec") == 0) return execv(program, words);
  pid_t child;
  if (posix_spawn(&child, program, NULL, NULL, words, environ) != 0) return 1;
  int status = 1;
  return waitpid(child, &status, 0) == child ? status : 1;
}

int main(int count, char** words) {
  if (count > 2) return start(words[1], words[2]);
  work();
  return 0;
}
