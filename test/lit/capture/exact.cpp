// Arguments stand with their own call, whatever comes in between: recursion, depth, exceptions, threads. A call
// that an exception leaves has no result.
//
// REQUIRES: plugin
// RUN: %{trace} %s --plugin filter,native --policy '{"package_trees": ["shop"], "trace_depth": 3, "rules": [{"capture": ["args", "result"]}]}'
// RUN: %{trace} %s --plugin filter --policy '{"package_trees": ["shop"], "trace_depth": 3, "rules": [{"capture": ["args", "result"]}]}' --recorded
// RUN: %{trace} %s --plugin filter --ways so,a --policy '{"package_trees": ["shop"], "trace_depth": 3, "rules": [{"capture": ["args", "result"]}]}'
// RUN: %{trace} %s --plugin filter --flags=-no-pie --policy '{"package_trees": ["shop"], "trace_depth": 3, "rules": [{"capture": ["args", "result"]}]}'
// RUN: %{trace} %s --plugin filter,native --policy '{"package_trees": ["shop"], "trace_depth": 3, "rules": [{"functions": ["shop::throws"], "capture": ["args"]}]}' --prefix RULE
// RUN: %{trace} %s --plugin filter --arguments many --policy '{"package_trees": ["shop"], "rules": [{"capture": ["args", "result"]}]}' --jq 'select(.args or .result)|[.stage,.tid,.call_id,(.args//.result)]' --prefix MANY
// RUN: jq -s -e 'map(select(.function // "" | startswith("shop::same"))) | group_by(.call_id) | map(select(length == 2 and ("n=" + .[1].result) != .[0].args)) == []' %t.trace/clang-19-O2-filter/trace.jsonl
// RUN: jq -s -e 'map(select(.stage == "START" and .args and (.function | startswith("shop::same")))) | length == 40000' %t.trace/clang-19-O2-filter/trace.jsonl
//
// MANY: "n=
//
// CHECK:      START shop::down(int) (n=4)
// CHECK-NEXT:   START shop::down(int) (n=3)
// CHECK-NEXT:     START shop::down(int) (n=2)
// CHECK-NEXT:     END shop::down(int) -> 2
// CHECK-NEXT:   END shop::down(int) -> 3
// CHECK-NEXT: END shop::down(int) -> 4
// CHECK-NEXT: START shop::catches(int) (n=2)
// CHECK-NEXT:   START shop::throws(int) (n=2)
// CHECK-NEXT:     START shop::throws(int) (n=1)
// CHECK-NEXT:     EXCEPTION shop::throws(int) std::runtime_error "n is 0"
// CHECK-NEXT:   EXCEPTION shop::throws(int) std::runtime_error "n is 0"
// CHECK-NEXT:   START shop::down(int) (n=0)
// CHECK-NEXT:   END shop::down(int) -> 0
// CHECK-NEXT: END shop::catches(int) -> -1
//
// RULE:     START shop::down(int){{$}}
// RULE:     START shop::throws(int) (n=2)
// RULE-NOT: ->
#include <string.h>

#include <stdexcept>
#include <thread>

namespace shop {
[[gnu::noinline]] int down(int n) {
  if (n > 0) down(n - 1);
  return n;
}
[[gnu::noinline]] int throws(int n) {
  if (n == 0) throw std::runtime_error("n is 0");
  return throws(n - 1) + 1;
}
[[gnu::noinline]] int catches(int n) {
  try {
    return throws(n);
  } catch (const std::exception&) {
    down(0);
    return -1;
  }
}
[[gnu::noinline]] int same(int n) { return n; }
}  // namespace shop

void call_many(int from) {
  for (int i = 0; i < 20000; ++i) shop::same(from + i);
}

int main(int argc, char** argv) {
  if (argc > 1 && strcmp(argv[1], "many") == 0) {
    std::thread other(call_many, 1000000);
    call_many(0);
    other.join();
    return 0;
  }
  shop::down(4);
  shop::catches(2);
}
