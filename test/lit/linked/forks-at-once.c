// Children that are forked before the collector has even begun share the one that their parent started: no second one
// writes everything again.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -finstrument-functions %s -o app %libglimpse -Wl,-rpath,$(dirname %libglimpse)
// RUN: for run in 1 2 3 4 5; do rm -f glimpse.jsonl; ./app && %{whole} glimpse.jsonl || exit 1; done | FileCheck %s
// CHECK-COUNT-5: whole: 9 processes, 26 calls, 0 exceptions, 8 open, 0 dropped
#include <sys/wait.h>
#include <unistd.h>

static void step(void) {}

static void child(void) {
  step();
  step();
  _exit(0);
}

int main(void) {
  step();
  for (int i = 0; i < 8; ++i) {
    if (fork() == 0) child();
  }
  while (wait(0) > 0) continue;
  return 0;
}
