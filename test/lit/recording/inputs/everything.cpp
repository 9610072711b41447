// Exceptions with stacks, recursion, a name twice: on one thread, so that two runs do the same.
#include <cstdio>
#include <stdexcept>
#include <string>

namespace app {

[[gnu::noinline]] int fall(int n) {
  if (n == 0) throw std::out_of_range("no \"such\" row: \x01\xff");
  return fall(n - 1) + 1;
}

[[gnu::noinline]] int fall(const std::string& text) { return fall(static_cast<int>(text.size())); }

struct Once {
  Once() { std::puts("once"); }
};
Once once;

}  // namespace app

int main() {
  for (int n = 0; n < 300; ++n) {
    try {
      app::fall(n % 4);
    } catch (const std::exception&) {
    }
  }
  try {
    app::fall(std::string("four"));
  } catch (const std::exception&) {
  }
}
