// A server and a client on cpp-httplib, in one process: a span for each request, in one trace.
#include <glimpse/httplib.h>
#include <glimpse/log.h>
#include <httplib.h>

#include <cstdio>
#include <stdexcept>
#include <thread>

int main() {
  httplib::Server server;
  server.Get("/orders/(\\d+)",
             glimpse::http::traced("/orders/:id", [](const httplib::Request& request, httplib::Response& response) {
               glimpse::info("order {}", request.matches[1].str());
               response.set_content("an order", "text/plain");
             }));
  server.Post("/orders", glimpse::http::traced("/orders", [](const httplib::Request&, httplib::Response&) {
                throw std::runtime_error("no room");
              }));
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread serving([&] { server.listen_after_bind(); });

  httplib::Client client("127.0.0.1", port);
  {
    glimpse::Span span{"shopping"};
    const auto order =
        glimpse::http::send("GET", "/orders/7", httplib::Headers(),
                            [&](const httplib::Headers& headers) { return client.Get("/orders/7", headers); });
    const auto refused = glimpse::http::send(
        "POST", "/orders", httplib::Headers(),
        [&](const httplib::Headers& headers) { return client.Post("/orders", headers, "text", "text/plain"); });
    std::printf("%d %s, %d, %s\n", order->status, order->body.c_str(), refused->status,
                order->get_header_value("X-Trace-ID") == span.context().trace_id() ? "same trace" : "no trace");
  }
  server.stop();
  serving.join();
}
