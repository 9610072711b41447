// Each frame that an exception leaves says so, with type and text, also where the compiler has inlined it into the function
// that catches; in both modes of the plugin.
//
// REQUIRES: plugin
// RUN: %{trace} %s --plugin filter,native --policy '{"package_trees": ["shop"], "trace_depth": 20}'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl || exit 1; done | FileCheck %s --check-prefix=WHOLE
// WHOLE: whole: 1 process, 9 calls, 5 exceptions, 0 open, 0 dropped
//
// CHECK:      START shop::run()
// CHECK-NEXT:   START shop::outer(int)
// CHECK-NEXT:     START shop::middle(int)
// CHECK-NEXT:       START shop::Guard::Guard()
// CHECK-NEXT:       END shop::Guard::Guard()
// CHECK-NEXT:       START shop::inner(int)
// CHECK-NEXT:       EXCEPTION shop::inner(int) std::runtime_error "too many"
// CHECK-NEXT:       START shop::Guard::~Guard()
// CHECK-NEXT:       END shop::Guard::~Guard()
// CHECK-NEXT:     EXCEPTION shop::middle(int) std::runtime_error "too many"
// CHECK-NEXT:   EXCEPTION shop::outer(int) std::runtime_error "too many"
// CHECK-NEXT:   START shop::again(int)
// CHECK-NEXT:     START shop::inner(int)
// CHECK-NEXT:     EXCEPTION shop::inner(int) std::runtime_error "too many"
// CHECK-NEXT:   EXCEPTION shop::again(int) std::logic_error "changed"
// CHECK-NEXT:   START shop::inner(int)
// CHECK-NEXT:   END shop::inner(int)
// CHECK-NEXT: END shop::run()
// CHECK-NOT:  {{.}}
#include <stdexcept>

volatile int sink;

namespace shop {
struct Guard {
  Guard() { sink = 1; }
  ~Guard() { sink = 2; }
};
inline int inner(int n) {
  if (n > 2) throw std::runtime_error("too many");
  return n;
}
inline int middle(int n) {
  Guard guard;
  return inner(n) + 1;
}
inline int outer(int n) {
  try {
    return middle(n) + 1;
  } catch (const std::runtime_error&) {
    throw;
  }
}
inline int again(int n) {
  try {
    return inner(n);
  } catch (const std::runtime_error&) {
    throw std::logic_error("changed");
  }
}
int run() {
  int caught = 0;
  try {
    return outer(5);
  } catch (const std::exception&) {
    ++caught;
  }
  try {
    return again(6);
  } catch (const std::logic_error&) {
    ++caught;
  }
  return caught + inner(1);
}
}  // namespace shop

int main() { return shop::run() == 3 ? 0 : 1; }
