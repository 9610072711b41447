// An exception that nobody catches unwinds nothing: its frames stay open and are named, and the program is aborted.
//
// RUN: %{trace} %s --status 134 --policy '{"package_trees": ["late"], "trace_depth": 20}'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// RUN: for build in %t.trace/*; do jq -c 'select(.record_type == "summary") | [.signal_name, [.open[].function]]' $build/trace.jsonl; done | FileCheck %s --check-prefix=SUMMARY
//
// CHECK:      START late::outer()
// CHECK-NEXT:   START late::inner()
// CHECK-NOT:  {{.}}
// WHOLE-COUNT-6: whole: 1 process, 2 calls, 0 exceptions, 2 open, 0 dropped
// SUMMARY-COUNT-6: ["SIGABRT",["late::outer()","late::inner()"]]
#include <stdexcept>

namespace late {
volatile int sink;

[[gnu::noinline]] void inner() { throw std::runtime_error("nobody is there"); }

[[gnu::noinline]] void outer() {
  inner();
  ++sink;
}
}  // namespace late

int main() { late::outer(); }
