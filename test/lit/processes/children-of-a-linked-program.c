// A linked program that forks at once: one collector serves both, and when the program has ended, its child that ended
// before is in the file, too.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -finstrument-functions %s -o app %libglimpse -Wl,-rpath,$(dirname %libglimpse)
// RUN: for i in 1 2 3 4 5 6 7 8 9 10; do ./app; grep -c summary glimpse.jsonl; %{whole} glimpse.jsonl; rm glimpse.jsonl; done | sort | uniq -c | FileCheck %s
// CHECK:      {{^ *}}10 2{{$}}
// CHECK-NEXT: {{^ *}}10 whole: 2 processes, 3 calls, 0 exceptions, 0 open, 0 dropped{{$}}
#include <sys/wait.h>
#include <unistd.h>

static void step(void) {}

int main(void) {
  step();
  const pid_t child = fork();
  if (child == 0) {
    step();
    _exit(0);
  }
  waitpid(child, 0, 0);
  return 0;
}
