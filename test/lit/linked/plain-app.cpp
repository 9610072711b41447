// A program that is linked with the library and run as plain ./app leaves a whole trace behind when the prompt
// returns; a second run adds to it.
//
// RUN: %{trace} %s --link --status 3 --policy '{"package_trees": ["mill"], "trace_depth": 20}'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
//
// CHECK:      START mill::grind(int)
// CHECK-NEXT:   START mill::jam(int)
// CHECK-NEXT:   EXCEPTION mill::jam(int) std::runtime_error "a stone"
// CHECK-NEXT: END mill::grind(int)
// CHECK-NOT:  {{.}}
// WHOLE-COUNT-6: whole: 1 process, 2 calls, 1 exception, 0 open, 0 dropped
//
// RUN: cd %t.trace/gcc-O2 && cp trace.jsonl before && not env GLIMPSE_LOG_PATH=trace.jsonl ./app && head -n 7 trace.jsonl | cmp - before
// RUN: jq -c 'select(.record_type == "process" or .record_type == "summary") | [.record_type, .exit_status]' trace.jsonl | FileCheck %s --check-prefix=TWICE
// TWICE:      ["process",null]
// TWICE-NEXT: ["summary",3]
// TWICE-NEXT: ["process",null]
// TWICE-NEXT: ["summary",3]
//
// Without any setting the file is glimpse.jsonl; %p in its name is the process:
// RUN: not ./app && %{whole} glimpse.jsonl | FileCheck %s --check-prefix=ONCE
// RUN: not env GLIMPSE_LOG_PATH=by-%%p.jsonl ./app && for file in by-[0-9]*.jsonl; do test $file = by-$(jq -r 'select(.record_type == "process").pid' $file).jsonl && %{whole} $file; done | FileCheck %s --check-prefix=ONCE
// ONCE: whole: 1 process, 2 calls, 1 exception, 0 open, 0 dropped
// RUN: (not env GLIMPSE_LOG_PATH=- ./app) > records && %{whole} records | FileCheck %s --check-prefix=ONCE
#include <stdexcept>

namespace mill {
volatile int sink;

[[gnu::noinline]] void jam(int stones) {
  if (stones > 0) throw std::runtime_error("a stone");
  sink = stones;
}

[[gnu::noinline]] void grind(int stones) {
  try {
    jam(stones);
  } catch (const std::exception&) {
    sink = 1;
  }
}
}  // namespace mill

int main() {
  mill::grind(1);
  return 3;
}
