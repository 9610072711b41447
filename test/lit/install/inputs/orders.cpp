#include <stdexcept>
#include <string>

namespace orders {
int price(const std::string& item) {
  if (item.empty()) throw std::invalid_argument("no item");
  return static_cast<int>(item.size());
}
}  // namespace orders
