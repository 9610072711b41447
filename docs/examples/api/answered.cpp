// A handler in the manner of Boost.Beast, with a span around it.
#include <glimpse/beast.h>

#include <boost/beast/http.hpp>
#include <cstdio>
#include <string>

namespace http = boost::beast::http;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

int main() {
  Request request{http::verb::get, "/orders/7?all=1", 11};
  request.set("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  const Response response = glimpse::http::handle(request, "/orders/:id", [](const Request& asked) {
    Response made{http::status::ok, asked.version()};
    made.body() = "an order";
    return made;
  });
  Request onward{http::verb::get, "/stock", 11};
  glimpse::http::inject_request(onward);
  const std::string id(response["X-Trace-ID"].data(), response["X-Trace-ID"].size());
  std::printf("asked by %s\n", glimpse::http::extract_request(request).span_id().c_str());
  std::printf("%u %s\n", response.result_int(), id.empty() ? "no trace" : id.c_str());
}
