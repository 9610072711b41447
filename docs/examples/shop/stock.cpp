#include "stock.h"

#include "service.h"

namespace shop::stock {

int left_of(int item) {
  if (item > 99) throw UnknownItem(item);
  return item * 7 % 10;
}

namespace {

void answer(const httplib::Request& request, httplib::Response& response) {
  const int left = left_of(std::stoi(request.matches[1]));
  response.set_content(std::to_string(left), "text/plain");
}

}  // namespace

void serve(int port) {
  Service service(port);
  service.get("/stock/{item}", R"(/stock/(\d{1,6}))", answer);
  service.run();
}

}  // namespace shop::stock
