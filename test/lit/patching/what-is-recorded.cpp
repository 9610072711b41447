// What is recorded is the same with patched calls in between: exceptions, longjmp, recursion, threads and forked children
// pass through functions without hooks, and those that are recorded have their depth, their parent and their end.
//
// RUN: %{trace} %s --flags="-I%S/inputs -pthread" --run=--patch-excluded --policy '{"package_trees": ["app"], "trace_depth": 9}' 
// CHECK:      START app::recursion(int)
// CHECK-NEXT:   START app::recursion(int)
// CHECK-NEXT:     START app::recursion(int)
// CHECK-NEXT:       START app::last(int)
// CHECK-NEXT:       END app::last(int)
// CHECK-NEXT:     END app::recursion(int)
// CHECK-NEXT:   END app::recursion(int)
// CHECK-NEXT: END app::recursion(int)
// CHECK-NEXT: START app::catching(int)
// CHECK-NEXT:   START app::throwing(int)
// CHECK-NEXT:   EXCEPTION app::throwing(int) std::runtime_error "thrown"
// CHECK-NEXT: END app::catching(int)
// CHECK-NEXT: START app::landing(int)
// CHECK-NEXT:   START app::jumping(int)
// CHECK-NEXT:   END app::jumping(int)
// CHECK-NEXT: END app::landing(int)
// CHECK-NEXT: START app::in_thread(int)
// CHECK-NEXT:   START app::last(int)
// CHECK-NEXT:   END app::last(int)
// CHECK-NEXT: END app::in_thread(int)
// CHECK-NEXT: START app::in_child(int)
// CHECK-NEXT:   START app::last(int)
// CHECK-NEXT:   END app::last(int)
// CHECK-NEXT: END app::in_child(int)
#include <setjmp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

#include "until_patched.h"

#define KEPT [[gnu::noinline]]
#define UNTRACED __attribute__((no_instrument_function))

static volatile int sink;
static jmp_buf place;

namespace app {
int recursion(int n);
int last(int n);
int throwing(int n);
int jumping(int n);
}  // namespace app

// Excluded: between two functions of `app`, with something to destroy and something after the call.
namespace dull {
struct Counter {
  UNTRACED Counter() { sink = sink + 1; }
  UNTRACED ~Counter() { sink = sink + 1; }
};
KEPT int pass(int (*function)(int), int n) {
  const Counter counter;
  return function(n) + 1;
}
KEPT int recurses(int n) { return n == 1 ? sink : pass(app::recursion, n) + 1; }
KEPT int lasts(int n) { return n == 1 ? sink : pass(app::last, n) + 1; }
KEPT int throws(int n) { return n == 1 ? sink : pass(app::throwing, n) + 1; }
KEPT int jumps(int n) { return n == 1 ? sink : app::jumping(n) + 1; }
}  // namespace dull

namespace app {
KEPT int last(int n) { return sink = n; }
KEPT int recursion(int n) { return n > 11 ? dull::recurses(n - 1) + 1 : dull::lasts(n) + 1; }
KEPT int throwing(int n) {
  if (n > 0) throw std::runtime_error("thrown");
  return sink;
}
KEPT int catching(int n) {
  try {
    return dull::throws(n) + 1;
  } catch (const std::exception&) {
    return sink;
  }
}
KEPT int jumping(int n) {
  if (n > 0) longjmp(place, 1);
  return sink;
}
KEPT int landing(int n) {
  if (setjmp(place) != 0) return sink;
  return dull::jumps(n) + 1;
}
KEPT int in_thread(int n) { return dull::lasts(n) + 1; }
KEPT int in_child(int n) { return dull::lasts(n) + 1; }
}  // namespace app

UNTRACED int main() {
  until_patched(dull::recurses);
  until_patched(dull::lasts);
  until_patched(dull::throws);
  until_patched(dull::jumps);
  app::recursion(13);
  app::catching(12);
  app::landing(12);
  struct Run {
    UNTRACED void operator()() const { app::in_thread(12); }
  };
  std::thread(Run()).join();
  const pid_t child = fork();
  if (child == 0) {
    app::in_child(12);
    _exit(0);
  }
  waitpid(child, nullptr, 0);
}
