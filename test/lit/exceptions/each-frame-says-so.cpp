// Each frame an exception leaves says so, with its type and its text; the function that catches it ends as usual.
//
// RUN: %{trace} %s --policy '{"version": "1.0", "exact_modules": ["shop"], "trace_depth": 10}'
//
// CHECK:      START shop::load(int)
// CHECK-NEXT:   START shop::parse(int)
// CHECK-NEXT:     START shop::digit(int)
// CHECK-NEXT:     EXCEPTION shop::digit(int) std::out_of_range "no digit: 12"
// CHECK-NEXT:   EXCEPTION shop::parse(int) std::out_of_range "no digit: 12"
// CHECK-NEXT: END shop::load(int)
// CHECK-NOT:  {{.}}
#include <stdexcept>
#include <string>

namespace shop {
[[gnu::noinline]] int digit(int value) {
  if (value > 9) throw std::out_of_range("no digit: " + std::to_string(value));
  return value;
}

[[gnu::noinline]] int parse(int value) { return digit(value) + 1; }

[[gnu::noinline]] int load(int value) {
  try {
    return parse(value);
  } catch (const std::out_of_range&) {
    return 0;
  }
}
}  // namespace shop

int main() { return shop::load(12); }
