// An exception that nobody catches unwinds nothing: its frames stay open, and the program ends by SIGABRT.
#include <stdexcept>

#define KEPT __attribute__((noinline))

namespace hard {
volatile int sink;
KEPT void leaf(int n) { sink = n; }
KEPT void thrower() {
  leaf(1);
  throw std::runtime_error("for nobody");
}
KEPT void caller() {
  leaf(2);
  thrower();
  leaf(3);
}
}  // namespace hard

int main() {
  hard::caller();
  return 0;
}
