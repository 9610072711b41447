// What the three services have in common: a server that ends when it is told to, and a client.
#pragma once

#include <httplib.h>

#include <stdexcept>
#include <string>

namespace shop {

// A server said no, or nothing.
class NoAnswer : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Service {
 public:
  // On the loopback interface.
  explicit Service(int port);

  // `route` names the requests in traces; `pattern` is the regular expression of their paths.
  void get(const std::string& route, const std::string& pattern, httplib::Server::Handler handler);

  // Until SIGTERM or SIGINT.
  void run();

 private:
  httplib::Server server_;
  int port_;
};

// The body of what the service at `port` answers. Throws NoAnswer.
std::string ask(int port, const std::string& path);

}  // namespace shop
