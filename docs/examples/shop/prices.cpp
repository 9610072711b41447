#include "prices.h"

#include "glimpse/log.h"
#include "service.h"

namespace shop::prices {

int price_of(int item, int left) { return 100 * item + (left < 3 ? 50 : 0); }

void serve(int port, int stock_port) {
  Service service(port);
  service.get("/price/{item}", R"(/price/(\d{1,6}))",
              [stock_port](const httplib::Request& request, httplib::Response& response) {
                const int item = std::stoi(request.matches[1]);
                const int left = std::stoi(ask(stock_port, "/stock/" + std::to_string(item)));
                if (left == 0) glimpse::warn("item {} is sold out", item);
                response.set_content(std::to_string(price_of(item, left)), "text/plain");
              });
  service.run();
}

}  // namespace shop::prices
