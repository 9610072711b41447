// Where nothing can be patched the program is recorded as it is without, and the summary says why.
//
// RUN: %{trace} %s --levels=-O2 --only gcc --run=--patch-excluded --policy '{"package_trees": ["*"], "exclude_functions": ["leaf"]}' --jq 'if .record_type == "summary" then .patched elif .stage == "END" then .function else empty end'
// CHECK:      "shown"
// CHECK-NEXT: "main"
// CHECK-NEXT: {"mapping":1}
// REQUIRES: gcc
#include <sys/resource.h>
#include <time.h>

static volatile int sink;

__attribute__((noinline)) static int leaf(int n) { return sink += n; }
__attribute__((noinline)) static int shown(int n) { return leaf(n) + 1; }

int main(void) {
  leaf(0);
  const struct rlimit none = {0, 0};
  setrlimit(RLIMIT_NOFILE, &none);
  for (int i = 0; i < 300; ++i) {
    leaf(1);
    const struct timespec pause = {0, 1000000};
    nanosleep(&pause, NULL);
  }
  shown(1);
  return 0;
}
