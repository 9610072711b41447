// What the tests of builds and of files trace: five functions, whose names and lines FileCheck reads from here.
//
// NAMED:      main
// NAMED-NEXT: app::Row::Row(int)
// NAMED-NEXT: app::one(int)
// NAMED-NEXT: app::(anonymous namespace)::two(int)
// NAMED-NEXT: three
// NAMED-NOT:  {{.}}
//
// LINES:      main app small.cpp:[[#@LINE + 26]]
// LINES-NEXT: app::Row::Row(int) app small.cpp:[[#@LINE + 15]]
// LINES-NEXT: app::one(int) app small.cpp:[[#@LINE + 16]]
// LINES-NEXT: app::(anonymous namespace)::two(int) app::(anonymous namespace) small.cpp:[[#@LINE + 17]]
// LINES-NEXT: three app small.cpp:[[#@LINE + 20]]
// LINES-NOT:  {{.}}
#ifndef FAR
#define FAR
#endif

namespace app {
volatile int sink;
struct Row {
  explicit Row(int x);
  int value;
};
__attribute__((noinline)) Row::Row(int x) : value(x + ++sink) {}

__attribute__((noinline)) int one(int x) { return x + ++sink; }
namespace {
__attribute__((noinline)) int two(int x) { return x + ++sink; }
}  // namespace
}  // namespace app

extern "C" FAR __attribute__((noinline)) int three(int x) { return x + ++app::sink; }

int main() {
  const app::Row row(1);
  return app::one(row.value) + app::two(1) + three(1) == 12345;
}
