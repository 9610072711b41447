// Each frame an exception leaves says so, with its type and its text; the function that catches it ends as usual.
//
// RUN: %{trace} %s --policy '{"version": "1.0", "exact_modules": ["app"], "trace_depth": 10}'
//
// CHECK:      START app::load(int)
// CHECK-NEXT:   START app::parse(int)
// CHECK-NEXT:     START app::digit(int)
// CHECK-NEXT:     EXCEPTION app::digit(int) std::out_of_range "no digit: 12"
// CHECK-NEXT:   EXCEPTION app::parse(int) std::out_of_range "no digit: 12"
// CHECK-NEXT: END app::load(int)
// CHECK-NOT:  {{.}}
#include <stdexcept>
#include <string>

namespace app {
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
}  // namespace app

int main() { return app::load(12); }
