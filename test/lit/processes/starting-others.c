// A program that starts others, traced ones and untraced ones, in each of the ways there are: each traced process is
// whole, under its own number, with its own command, and its parent's records are the parent's alone.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -O1 -finstrument-functions %s -o app && %clang19 -O1 -finstrument-functions-after-inlining %s -o other
// REQUIRES: gcc, clang-19
// RUN: (%glimpse run -o all.jsonl ./app ./other) > out 2>&1 && FileCheck %s --input-file=out --check-prefix=SAID
// SAID: statuses 6 6 6 6 0 127 6
// SAID: glimpse: {{[0-9]+}} records in all.jsonl (7 processes, 0 dropped)
// RUN: %{whole} all.jsonl | FileCheck %s --check-prefix=WHOLE
// WHOLE: whole: 7 processes, 24 calls, 0 exceptions, 0 open, 0 dropped
// RUN: jq -rs '[.[] | select(.record_type == "process")] as $all | $all[1:] | map(.command | join(" "))[]' all.jsonl | sort | FileCheck %s
// CHECK:      {{^}}./app ./other{{$}}
// CHECK-NEXT: {{^}}./other by exec{{$}}
// CHECK-NEXT: {{^}}./other by popen{{$}}
// CHECK-NEXT: {{^}}./other by posix_spawn{{$}}
// CHECK-NEXT: {{^}}./other by system{{$}}
// CHECK-NEXT: {{^}}./other by vfork{{$}}
// CHECK-NOT:  {{.}}
//
// With %p in the name each is in a file of its own, and the numbering goes over all:
// RUN: %glimpse run -q -o by-%%p.jsonl ./app ./other > out && jq -sc 'sort_by(.entry_id)[]' by-*.jsonl > together && %{whole} together | FileCheck %s --check-prefix=WHOLE
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

extern char** environ;
static volatile int sink;

NOINLINE static void step(int n) { sink += n; }

NOINLINE static int status_of(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}
NOINLINE static int by_exec(char* program) {
  char* words[] = {program, "by exec", NULL};
  const pid_t child = fork();
  if (child == 0) {
    execv(program, words);
    _exit(99);
  }
  return status_of(child);
}
NOINLINE static int by_vfork(char* program) {
  char* words[] = {program, "by vfork", NULL};
  const pid_t child = vfork();
  if (child == 0) {
    execv(program, words);
    _exit(99);
  }
  return status_of(child);
}
NOINLINE static int by_posix_spawn(char* program) {
  char* words[] = {program, "by posix_spawn", NULL};
  pid_t child = 0;
  if (posix_spawn(&child, program, NULL, NULL, words, environ) != 0) return 99;
  return status_of(child);
}
NOINLINE static int by_system(const char* program) {
  char line[300];
  snprintf(line, sizeof(line), "%s 'by system'", program);
  const int status = system(line);
  return WEXITSTATUS(status);
}
NOINLINE static int untraced(void) { return system("true"); }
NOINLINE static int failing(void) {
  const pid_t child = fork();
  if (child == 0) {
    char* words[] = {"./nothing-here", NULL};
    step(1);
    execv(words[0], words);
    step(errno);
    _exit(127);
  }
  return status_of(child);
}
NOINLINE static int by_popen(const char* program) {
  char line[300];
  snprintf(line, sizeof(line), "%s 'by popen'", program);
  FILE* pipe = popen(line, "r");
  return pipe == NULL ? 99 : WEXITSTATUS(pclose(pipe));
}

int main(int count, char** arguments) {
  if (count < 2 || arguments[1][0] != '.') {
    step(1);
    return 6;
  }
  char* const program = arguments[1];
  int statuses[7] = {by_exec(program), by_vfork(program),  by_posix_spawn(program), by_system(program),
                     untraced(),       failing(),          by_popen(program)};
  printf("statuses");
  for (int i = 0; i < 7; ++i) printf(" %d", statuses[i]);
  printf("\n");
  return 0;
}
