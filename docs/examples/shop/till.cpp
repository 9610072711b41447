#include "till.h"

#include <sstream>

#include "glimpse/span.h"
#include "service.h"

namespace shop::till {

std::vector<int> items_of(const std::string& cart) {
  std::vector<int> items;
  std::istringstream text(cart);
  for (std::string item; std::getline(text, item, '-');) items.push_back(std::stoi(item));
  if (items.empty()) throw std::invalid_argument("an empty cart");
  return items;
}

namespace {

int sum_of(const std::vector<int>& items, int prices_port) {
  glimpse::Span span{"sum"};
  span.set("items", items.size());
  int cents = 0;
  for (const int item : items) cents += std::stoi(ask(prices_port, "/price/" + std::to_string(item)));
  span.set("cents", cents);
  return cents;
}

}  // namespace

void serve(int port, int prices_port) {
  Service service(port);
  service.get("/checkout/{cart}", R"(/checkout/([\d-]{1,200}))",
              [prices_port](const httplib::Request& request, httplib::Response& response) {
                response.set_content(std::to_string(sum_of(items_of(request.matches[1]), prices_port)), "text/plain");
              });
  service.run();
}

}  // namespace shop::till
