// What things cost: the second service, which asks the third how many are left.
#pragma once

#include <string>

namespace shop::prices {

struct Price {
  int cents = 0;
  int left = 0;
};

// Dearer the fewer are left. `left` below 0 is no number of things.
int price_of(int item, int left);

// Serves GET /price/ITEM on `port` until the process is told to end; asks `stock_port`.
void serve(int port, int stock_port);

}  // namespace shop::prices
