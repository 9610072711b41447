// Where was it thrown? The first frame that a throw leaves carries the stack and a fingerprint of it, the others do not;
// `throw;` is a throw of its own. With debug information a frame has file and line, without it module and offset.
//
// RUN: %{trace} %s --flags=-g --policy '{"package_trees": ["shop"], "trace_depth": 20}' --jq 'select(.stage=="EXCEPTION")|.function,(.stack_trace//"none"|split("\n")[]),(.fingerprint//"none"|length)'
// CHECK:      "shop::digit(int)"
// CHECK-NEXT: "shop::digit(int) ({{.*}}/stack-trace.cpp:[[# @LINE + 25]])"
// CHECK-NEXT: "shop::parse(int) ({{.*}}/stack-trace.cpp:[[# @LINE + 28]])"
// CHECK-NEXT: "shop::again(int) ({{.*}}/stack-trace.cpp:[[# @LINE + 31]])"
// CHECK-NEXT: "shop::load(int) ({{.*}}/stack-trace.cpp:[[# @LINE + 39]])"
// CHECK-NEXT: "main ({{.*}}/stack-trace.cpp:[[# @LINE + 47]])"
// CHECK-NEXT: 64
// CHECK-NEXT: "shop::parse(int)"
// CHECK-NEXT: "none"
// CHECK-NEXT: 4
// CHECK-NEXT: "shop::again(int)"
// CHECK-NEXT: "shop::again(int) ({{.*}}/stack-trace.cpp:[[# @LINE + 26]])"
// CHECK-NEXT: "shop::load(int) ({{.*}}/stack-trace.cpp:[[# @LINE + 31]])"
// CHECK-NEXT: "main ({{.*}}/stack-trace.cpp:[[# @LINE + 39]])"
// CHECK-NEXT: 64
// CHECK-NOT: {{.}}
//
// RUN: %{trace} %s --link --policy '{"package_trees": ["shop"], "trace_depth": 20}' --jq 'select(.stack_trace)|.stack_trace' --prefix PLAIN
// PLAIN: "shop::digit(int)+0x{{[0-9a-f]+}} (app)\nshop::parse(int)+0x{{[0-9a-f]+}} (app)\nshop::again(int)+0x{{[0-9a-f]+}} (app)\nshop::load(int)+0x{{[0-9a-f]+}} (app)\nmain+0x{{[0-9a-f]+}} (app)"
// PLAIN-NEXT: "shop::again(int)+0x{{[0-9a-f]+}} (app)\nshop::load(int)+0x{{[0-9a-f]+}} (app)\nmain+0x{{[0-9a-f]+}} (app)"
#include <stdexcept>

namespace shop {
volatile int sink;

[[gnu::noinline]] int digit(int value) {
  if (value > 9) throw std::out_of_range("no digit");
  return value;
}

[[gnu::noinline]] int parse(int value) { return digit(value) + 1; }

[[gnu::noinline]] int again(int value) {
  try {
    return parse(value) + 1;
  } catch (const std::exception&) {
    ++sink;
    throw;
  }
}

[[gnu::noinline]] int load(int value) {
  try {
    return again(value) + 1;
  } catch (const std::out_of_range&) {
    return 0;
  }
}
}  // namespace shop

int main() {
  int sum = shop::sink;
  sum += shop::load(12);
  return sum;
}
