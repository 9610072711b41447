// What a cart costs: the first service, which asks the second for each thing in it.
#pragma once

#include <string>
#include <vector>

namespace shop::till {

// `3-1-4` holds three things. Throws std::invalid_argument.
std::vector<int> items_of(const std::string& cart);

// Serves GET /checkout/CART on `port` until the process is told to end; asks `prices_port`.
void serve(int port, int prices_port);

}  // namespace shop::till
