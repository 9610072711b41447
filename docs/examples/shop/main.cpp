// Three services, one program: `shop till PORT PRICES_PORT`, `shop prices PORT STOCK_PORT`, `shop stock PORT`.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

#include "glimpse/crash.h"
#include "prices.h"
#include "stock.h"
#include "till.h"

int main(int count, char** words) {
  const std::string_view role = count > 1 ? words[1] : "";
  const int port = count > 2 ? std::atoi(words[2]) : 0;
  const int next = count > 3 ? std::atoi(words[3]) : 0;
  glimpse::install_hook();
  if (role == "till" && next > 0) {
    shop::till::serve(port, next);
  } else if (role == "prices" && next > 0) {
    shop::prices::serve(port, next);
  } else if (role == "stock" && port > 0) {
    shop::stock::serve(port);
  } else {
    std::fputs("usage: shop till PORT PRICES_PORT | prices PORT STOCK_PORT | stock PORT\n", stderr);
    return 2;
  }
}
