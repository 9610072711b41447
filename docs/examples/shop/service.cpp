#include "service.h"

#include <pthread.h>
#include <signal.h>

#include <map>
#include <thread>

#include "glimpse/httplib.h"

namespace shop {

Service::Service(int port) : port_(port) {
  server_.set_keep_alive_max_count(1'000'000);
  server_.set_tcp_nodelay(true);
}

void Service::get(const std::string& route, const std::string& pattern, httplib::Server::Handler handler) {
  server_.Get(pattern, glimpse::http::traced(route, std::move(handler)));
}

void Service::run() {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  if (!server_.bind_to_port("127.0.0.1", port_))
    throw std::runtime_error("port " + std::to_string(port_) + " is taken");
  std::thread listener([this] { server_.listen_after_bind(); });
  int signal = 0;
  sigwait(&ends, &signal);
  server_.stop();
  listener.join();
}

std::string ask(int port, const std::string& path) {
  thread_local std::map<int, httplib::Client> clients;
  const auto [found, fresh] = clients.try_emplace(port, "127.0.0.1", port);
  httplib::Client& client = found->second;
  if (fresh) {
    client.set_keep_alive(true);
    client.set_tcp_nodelay(true);
  }
  const auto answer = glimpse::http::send("GET", path, httplib::Headers{},
                                          [&](const httplib::Headers& headers) { return client.Get(path, headers); });
  if (!answer) throw NoAnswer(path + ": " + httplib::to_string(answer.error()));
  if (answer->status != 200) throw NoAnswer(path + ": " + std::to_string(answer->status));
  return answer->body;
}

}  // namespace shop
