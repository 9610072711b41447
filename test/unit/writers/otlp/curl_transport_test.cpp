#include "writers/otlp/curl_transport.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace glimpse::writers::otlp {
namespace {

using namespace std::chrono_literals;

// Answers each request with the next of `answers`, bytes as they are; closes the connection where one is empty.
class SmallServer {
 public:
  explicit SmallServer(std::vector<std::string> answers) : answers_(std::move(answers)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 4), 0);
    EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~SmallServer() {
    stop_ = true;
    thread_.join();
    close(listener_);
  }

  Endpoint endpoint() const { return {"http://127.0.0.1:" + std::to_string(port_) + "/v1/traces", {}}; }

  // After the destructor's join, or between requests.
  std::vector<std::string> requests;
  int connections = 0;

 private:
  bool readable(int fd) const {
    pollfd one{fd, POLLIN, 0};
    while (!stop_) {
      if (poll(&one, 1, 20) > 0) return true;
    }
    return false;
  }

  static std::size_t whole_size(const std::string& text) {
    const auto head = text.find("\r\n\r\n");
    if (head == std::string::npos) return std::string::npos;
    const auto length = text.find("Content-Length: ");
    return head + 4 + (length < head ? std::stoul(text.substr(length + 16)) : 0);
  }

  void serve() {
    std::size_t next = 0;
    while (next < answers_.size() && readable(listener_)) {
      const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      ++connections;
      std::string text;
      while (next < answers_.size() && readable(connection)) {
        char bytes[4096];
        const ssize_t count = read(connection, bytes, sizeof bytes);
        if (count <= 0) break;
        text.append(bytes, static_cast<std::size_t>(count));
        if (text.size() < whole_size(text)) continue;
        requests.push_back(text);
        text.clear();
        const std::string& answer = answers_[next++];
        if (answer.empty()) break;
        EXPECT_EQ(send(connection, answer.data(), answer.size(), MSG_NOSIGNAL), static_cast<ssize_t>(answer.size()));
        if (answer.find("Connection: close") != std::string::npos) break;
      }
      close(connection);
    }
    while (!stop_) usleep(1'000);
  }

  std::vector<std::string> answers_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

constexpr const char* kEmptyOk = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

HttpResponse post(CurlTransport& transport, const Endpoint& endpoint, std::string_view body = "body",
                  std::chrono::milliseconds timeout = 5s) {
  return transport.post({endpoint, "application/x-protobuf", "gzip", body, timeout});
}

TEST(CurlTransport, SendsTheBodyWithItsHeadersOverOneConnection) {
  SmallServer server({kEmptyOk, kEmptyOk});
  CurlTransport transport({});
  Endpoint endpoint = server.endpoint();
  endpoint.headers = {{"api-key", "a, b"}, {"x-empty", ""}};
  const std::string large(2 << 20, 'x');
  EXPECT_EQ(post(transport, endpoint, large).status, 200);
  EXPECT_EQ(post(transport, endpoint, std::string_view("a\0b", 3)).status, 200);
  EXPECT_EQ(server.connections, 1);
  const std::string& request = server.requests.at(0);
  EXPECT_TRUE(request.starts_with("POST /v1/traces HTTP/1.1\r\n"));
  for (const char* line : {"\r\nContent-Type: application/x-protobuf\r\n", "\r\nContent-Encoding: gzip\r\n",
                           "\r\napi-key: a, b\r\n", "\r\nx-empty:\r\n", "\r\nUser-Agent: glimpse/"}) {
    EXPECT_NE(request.find(line), std::string::npos) << line;
  }
  EXPECT_EQ(request.find("Expect:"), std::string::npos);
  EXPECT_TRUE(request.ends_with("\r\n\r\n" + large));
  EXPECT_TRUE(server.requests.at(1).ends_with(std::string("\r\n\r\na\0b", 7)));
}

TEST(CurlTransport, GivesBackWhatTheServerSaid) {
  SmallServer server(
      {"HTTP/1.1 503 No\r\nretry-AFTER:  17 \r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nno\n"});
  CurlTransport transport({});
  const HttpResponse response = post(transport, server.endpoint());
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.retry_after, "17");
  EXPECT_EQ(response.content_type, "text/plain");
  EXPECT_EQ(response.body, "no\n");
}

TEST(CurlTransport, DoesNotFollowRedirections) {
  SmallServer elsewhere({kEmptyOk});
  SmallServer server({"HTTP/1.1 307 Go\r\nLocation: " + elsewhere.endpoint().url + "\r\nContent-Length: 0\r\n\r\n"});
  CurlTransport transport({});
  EXPECT_EQ(post(transport, server.endpoint()).status, 307);
  EXPECT_TRUE(elsewhere.requests.empty());
}

TEST(CurlTransport, AnAnswerThatBreaksOffBehindItsStatusIsAnAnswer) {
  SmallServer server({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nhalf"});
  CurlTransport transport({});
  const HttpResponse response = post(transport, server.endpoint());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "");
}

TEST(CurlTransport, KeepsNoMoreOfAnAnswerThanItMay) {
  const std::string endless(40 * kMaxResponseBytes, 'x');
  SmallServer server({"HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kMaxResponseBytes + 1) + "\r\n\r\n" +
                      endless.substr(0, kMaxResponseBytes + 1)});
  CurlTransport transport({});
  const HttpResponse response = post(transport, server.endpoint());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body.size(), kMaxResponseBytes);
}

TEST(CurlTransport, NoAnswerHasAReasonWithoutSecrets) {
  SmallServer server({""});
  CurlTransport transport({});
  Endpoint endpoint = server.endpoint();
  endpoint.url.replace(0, 7, "http://me:secret@");
  endpoint.url += "?token=secret";
  const HttpResponse closed = post(transport, endpoint);
  EXPECT_EQ(closed.status, 0);
  EXPECT_NE(closed.problem, "");
  EXPECT_EQ(closed.problem.find("secret"), std::string::npos) << closed.problem;
  EXPECT_FALSE(closed.hopeless);
  const HttpResponse refused = post(transport, {"http://127.0.0.1:1/v1/traces", {}});
  EXPECT_EQ(refused.status, 0);
  EXPECT_NE(refused.problem.find("http://127.0.0.1:1/v1/traces: "), std::string::npos) << refused.problem;
  EXPECT_TRUE(post(transport, {"file:///etc/passwd", {}}).hopeless);
}

TEST(CurlTransport, AnAnswerThatIsNoHttpMayBeABetterOneNextTime) {
  SmallServer server({"What?\r\n\r\n"});
  CurlTransport transport({});
  const HttpResponse response = post(transport, server.endpoint());
  EXPECT_EQ(response.status, 0);
  EXPECT_FALSE(response.hopeless);
}

TEST(CurlTransport, GivesUpWhenTheTimeIsOver) {
  SmallServer server({"HTTP/1.1 "});
  CurlTransport transport({});
  const HttpResponse response = post(transport, server.endpoint(), "body", 50ms);
  EXPECT_EQ(response.status, 0);
  EXPECT_FALSE(response.hopeless);
}

}  // namespace
}  // namespace glimpse::writers::otlp
