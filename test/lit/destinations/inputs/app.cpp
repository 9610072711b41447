// Some thousand calls on two threads, some of which fail.
#include <stdexcept>
#include <string>
#include <thread>

namespace shop {

int price(int item) {
  if (item % 7 == 0) throw std::out_of_range("no item " + std::to_string(item));
  return item * 3;
}

int order(int item) {
  try {
    return price(item);
  } catch (const std::out_of_range&) {
    return 0;
  }
}

void serve(int orders) {
  for (int i = 1; i <= orders; ++i) order(i);
}

}  // namespace shop

int main() {
  std::thread other(shop::serve, 1000);
  shop::serve(1500);
  other.join();
}
