// How many are left: the third service.
#pragma once

#include <stdexcept>
#include <string>

namespace shop::stock {

// Nobody sells this.
class UnknownItem : public std::runtime_error {
 public:
  explicit UnknownItem(int item) : std::runtime_error("no item " + std::to_string(item)) {}
};

// Throws UnknownItem.
int left_of(int item);

// Serves GET /stock/ITEM on `port` until the process is told to end.
void serve(int port);

}  // namespace shop::stock
