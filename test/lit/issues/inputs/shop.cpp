// Three mistakes: one four times, one twice, one once.
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string>

namespace shop {
volatile int sink;

[[gnu::noinline]] int digit(int value) {
  if (value > 9) throw std::out_of_range("no digit: " + std::to_string(value));
  return value;
}
[[gnu::noinline]] int order(const char* id) { throw std::runtime_error(std::string("order ") + id + "\nis late"); }
[[gnu::noinline]] int room() { throw std::bad_alloc(); }

template <typename Work>
void attempt(Work work) {
  try {
    sink = work();
  } catch (const std::exception&) {
  }
}
}  // namespace shop

int main() {
  const auto order = [](const char* id) { return [id] { return shop::order(id); }; };
  shop::attempt(order("6fa459ea-ee8a-3ca4-894e-db77e160355e"));
  for (int value : {10, 11, 9, 12, 4711}) shop::attempt([value] { return shop::digit(value); });
  shop::attempt([] { return shop::room(); });
  shop::attempt(order("16fd2706-8baf-433b-82eb-8c7fada847da"));
}
