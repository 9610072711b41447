// A name of ten kilobytes is one name, whole, from the symbol to the record.
//
// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: %python -c 'print("#define LONG " + "n" * 10000)' > long.h
// RUN: %{trace} %s --flags='-include %t/long.h' --policy '{"package_trees": ["app"], "trace_depth": 9}' --jq 'select(.stage == "END") | [.module, (.function | length), .function[0:10], .function[-12:]]'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
//
// CHECK:      ["app",10010,"app::nnnnn","nnnnnnn(int)"]
// CHECK-NEXT: ["app",{{2[0-9][0-9][0-9][0-9]}},"app::Pair<",{{".*\(\)( const)?"}}]
// WHOLE-COUNT-6: whole: 1 process, {{[23]}} calls, 0 exceptions, 0 open, 0 dropped
namespace app {
volatile int sink;
__attribute__((noinline)) int LONG(int x) { return x + ++sink; }

namespace inner {
struct LONG {};
}
template <typename A, typename B>
struct Pair {
  __attribute__((noinline)) int work() { return ++sink; }
};
}  // namespace app

int main() {
  return app::LONG(1) + app::Pair<app::inner::LONG, app::inner::LONG*>().work() == 12345;
}
