// Orders that are slow, fail, or neither: 1 main, 20 order(), 20 price(), 5 of which throw.
#include <unistd.h>

#include <stdexcept>

namespace shop {
[[gnu::noinline]] int price(int item) {
  if (item % 4 == 0) throw std::out_of_range("no such item");
  if (item == 7) usleep(5000);
  return item;
}
[[gnu::noinline]] int order(int item) {
  try {
    return price(item) + 1;
  } catch (const std::exception&) {
    return 0;
  }
}
}  // namespace shop

int main() {
  int sum = 0;
  for (int item = 0; item < 20; ++item) sum += shop::order(item);
  return sum == 0;
}
