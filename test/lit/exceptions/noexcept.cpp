// An exception that meets noexcept leaves the frames within; the function that promised stays open, for
// std::terminate is called in it.
//
// RUN: %{trace} %s --status 134 --policy '{"package_trees": ["sure"], "trace_depth": 20}'
// RUN: for build in %t.trace/*; do jq -c 'select(.record_type == "summary") | [.signal_name, [.open[].function]]' $build/trace.jsonl; done | FileCheck %s --check-prefix=SUMMARY
//
// CHECK:      START sure::promised()
// CHECK-NEXT:   START sure::between()
// CHECK-NEXT:     START sure::fails()
// CHECK-NEXT:     EXCEPTION sure::fails() std::logic_error "broken promise"
// CHECK-NEXT:   EXCEPTION sure::between() std::logic_error "broken promise"
// CHECK-NOT:  {{.}}
// SUMMARY-COUNT-6: ["SIGABRT",["sure::promised()"]]
#include <stdexcept>

namespace sure {
volatile int sink;

struct Witness {  // something to clean up, so that unwinding really runs through between()
  __attribute__((no_instrument_function)) ~Witness() { sink = sink + 1; }
};

[[gnu::noinline]] void fails() { throw std::logic_error("broken promise"); }

[[gnu::noinline]] void between() {
  Witness witness;
  fails();
}

[[gnu::noinline]] void promised() noexcept {
  between();
  sink = sink + 1;
}
}  // namespace sure

int main() { sure::promised(); }
