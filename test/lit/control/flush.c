// After a flush everything that was recorded is in the output, in a child of fork, too; where nobody will write it, that
// is said at once.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -fPIE -pie -I%include -finstrument-functions %s -o app
// RUN: %glimpse run -q ./app | FileCheck %s
// RUN: %gcc -fPIE -pie -I%include -finstrument-functions %s -o linked %libglimpse -Wl,-rpath,$(dirname %libglimpse)
// RUN: rm glimpse.jsonl && ./linked | FileCheck %s
// CHECK:      flushed: 1, error 0, 1000 ENDs in the output, 0 lost
// CHECK-NEXT: the child's are there, too: 1000
// CHECK-NEXT: not shut down: 1, healthy: 1
// CHECK-NEXT: shut down: 1, again: 1
// CHECK-NEXT: after it: start 0, error 2
// RUN: %{whole} glimpse.jsonl | FileCheck %s --check-prefix=WHOLE
// WHOLE: whole: 2 processes, {{[0-9]+}} calls, 0 exceptions, {{[12]}} open, 0 dropped
#include <glimpse/api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern glimpse_api glimpse_api_v1 __attribute__((weak));

__attribute__((noinline)) static void step(void) { __asm__ volatile(""); }

__attribute__((no_instrument_function)) static int ends_in_output(const char* function) {
  FILE* file = fopen("glimpse.jsonl", "r");
  char line[1024], name[64];
  int ends = 0;
  snprintf(name, sizeof name, "\"function\":\"%s\"", function);
  while (file != NULL && fgets(line, sizeof line, file) != NULL)
    if (strstr(line, name) != NULL && strstr(line, "\"stage\":\"END\"") != NULL) ++ends;
  if (file != NULL) fclose(file);
  return ends;
}

static void child(void) {
  for (int i = 0; i < 1000; ++i) step();
  const int before = ends_in_output("step");
  if (!glimpse_api_v1.flush(10000).ok) _exit(1);
  printf("the child's are there, too: %d\n", ends_in_output("step") - (before < 1000 ? before : 1000));
  fflush(stdout);
  _exit(0);
}

int main(void) {
  for (int i = 0; i < 1000; ++i) step();
  const glimpse_result flushed = glimpse_api_v1.flush(10000);
  printf("flushed: %u, error %u, %d ENDs in the output, %llu lost\n", flushed.ok, flushed.error, ends_in_output("step"),
         (unsigned long long)flushed.dropped);
  fflush(stdout);
  const pid_t pid = fork();
  if (pid == 0) child();
  waitpid(pid, NULL, 0);
  printf("not shut down: %u, healthy: %u\n", glimpse_api_v1.stats().ok, glimpse_api_v1.is_healthy());
  printf("shut down: %u, ", glimpse_api_v1.shutdown(10000).ok);
  printf("again: %u\n", glimpse_api_v1.shutdown(10000).ok);
  const glimpse_result started = glimpse_api_v1.start();
  printf("after it: start %u, error %u\n", started.ok, started.error);
  return 0;
}
