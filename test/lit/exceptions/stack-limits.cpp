// How much of a stack is kept: GLIMPSE_STACK_FRAMES, from the environment or .env; 0 keeps nothing. The fingerprint is
// the same in every build and run, and for every depth of a recursion.
//
// RUN: %{trace} %s --env GLIMPSE_STACK_FRAMES=200 --policy '{"package_trees": ["deep"], "trace_depth": 99}' --jq 'select(.stack_trace)|[.function,(.stack_trace|split("\n")|length)]'
// CHECK:      ["deep::throws()",13]
// CHECK-NEXT: ["deep::throws()",23]
// CHECK-NOT:  {{.}}
// RUN: cat %t.trace/*/trace.jsonl | jq -r 'select(.fingerprint) | .fingerprint' | sort | uniq -c | FileCheck %s --check-prefix=SAME
// SAME:       12 {{[0-9a-f]+$}}
// SAME-NOT:   {{.}}
//
// RUN: %{trace} %s --env GLIMPSE_STACK_FRAMES=4 --link --policy '{"package_trees": ["deep"], "trace_depth": 99}' --jq 'select(.stack_trace)|[.function,(.stack_trace|split("\n")|length)]' --prefix FOUR
// FOUR:       ["deep::throws()",4]
// FOUR-NEXT:  ["deep::throws()",4]
// FOUR-NOT:   {{.}}
//
// RUN: %{trace} %s --only gcc --env GLIMPSE_STACK_FRAMES=0 --policy '{"package_trees": ["deep"], "trace_depth": 99}' --jq 'has("stack_trace") or has("fingerprint")' --prefix NONE
// NONE-NOT:   true
//
// RUN: env GLIMPSE_STACK_FRAMES=many %glimpse run -o %t.jsonl -- true 2>&1 | FileCheck %s --check-prefix=WRONG
// WRONG: GLIMPSE_STACK_FRAMES must be a number from 0 to 256, got "many"; using 32
#include <initializer_list>

namespace deep {
volatile int sink;

[[gnu::noinline]] void throws() { throw 1; }

[[gnu::noinline]] void recursive(int n) {
  if (n == 1) {
    throws();
  } else {
    recursive(n - 1);
  }
  sink = n;
}

[[gnu::noinline]] void catches(int n) {
  try {
    recursive(n);
  } catch (int) {
    sink = n;
  }
}
}  // namespace deep

int main() {
  for (int n : {10, 20}) deep::catches(n);
}
