// A thread that is renamed is introduced again, before the first call under its new name.
//
// RUN: %{trace} %s --only gcc --levels=-O0 --policy '{"package_trees": ["pool"]}' --jq '.thread // select(.stage == "START").function'
//
// CHECK:      "app"
// CHECK-NEXT: "pool::step(int)"
// CHECK-NEXT: "pool::step(int)"
// CHECK-NEXT: "second"
// CHECK-NEXT: "pool::step(int)"
// CHECK-NEXT: "third"
// CHECK-NEXT: "pool::step(int)"
// CHECK-NOT:  {{.}}
#include <pthread.h>

namespace pool {
volatile int done;

void step(int n) { done = n; }
}  // namespace pool

int main() {
  pool::step(1);
  pool::step(2);
  pthread_setname_np(pthread_self(), "second");
  pool::step(3);
  pthread_setname_np(pthread_self(), "third");
  pool::step(4);
}
