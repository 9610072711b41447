// A server, a clock and a box of dead letters that do what a test says.
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "read_request.h"
#include "writers/otlp/clock.h"
#include "writers/otlp/dead_letter_box.h"
#include "writers/otlp/transport.h"

namespace glimpse::writers::otlp {

class FakeClock final : public Clock {
 public:
  Moment now() override { return now_; }
  std::chrono::system_clock::time_point date() override {
    return std::chrono::system_clock::from_time_t(1'772'366'400);
  }
  void sleep(std::chrono::milliseconds how_long) override {
    slept += how_long;
    now_ += how_long;
  }
  void advance(std::chrono::milliseconds how_long) { now_ += how_long; }

  std::chrono::milliseconds slept{0};

 private:
  Moment now_{std::chrono::hours(1)};
};

struct SeenRequest {
  std::string url;
  std::string content_type;
  std::string body;       // uncompressed
  std::size_t bytes = 0;  // as it came
  Clock::Moment when{};
};

// What it saw, and what it answers: `answers` in their order, then always `usual`.
struct FakeServer {
  explicit FakeServer(FakeClock& its_clock) : clock(its_clock) {}

  HttpResponse answer(const HttpRequest& request) {
    const bool zipped = request.content_encoding == "gzip";
    seen.push_back({request.endpoint.url, std::string(request.content_type),
                    zipped ? gunzipped(request.body) : std::string(request.body), request.body.size(), clock.now()});
    clock.advance(takes);
    if (answers.empty()) return usual;
    HttpResponse response = answers.front();
    answers.pop_front();
    return response;
  }

  std::vector<ReadResource> resources(std::size_t at = 0) const {
    const bool traces = seen.at(at).url.ends_with("/v1/traces");
    return seen.at(at).content_type == "application/json" ? read_json(seen.at(at).body, traces)
                                                          : read_protobuf(seen.at(at).body, traces);
  }

  // Spans and log records of all requests.
  std::vector<ReadItem> items() const {
    std::vector<ReadItem> all;
    for (std::size_t at = 0; at < seen.size(); ++at) {
      for (const ReadResource& resource : resources(at)) {
        all.insert(all.end(), resource.items.begin(), resource.items.end());
      }
    }
    return all;
  }

  FakeClock& clock;
  std::chrono::milliseconds takes{0};
  std::deque<HttpResponse> answers;
  HttpResponse usual{.status = 200};
  std::vector<SeenRequest> seen;
};

class FakeTransport final : public Transport {
 public:
  explicit FakeTransport(FakeServer& server) : server_(server) {}
  HttpResponse post(const HttpRequest& request) override { return server_.answer(request); }

 private:
  FakeServer& server_;
};

// The letters outlive the box.
struct Letters {
  std::vector<Letter> kept, refused;
  bool full = false;
  std::string locked;
  int next = 1;
};

class FakeBox final : public DeadLetterBox {
 public:
  explicit FakeBox(Letters& letters) : letters_(letters) {}

  Result<void> put(const Letter& letter) override {
    if (letters_.full) return Error{"the disk is full"};
    (letter.refused ? letters_.refused : letters_.kept).push_back(letter);
    auto& list = letter.refused ? letters_.refused : letters_.kept;
    list.back().id = std::to_string(letters_.next++);
    return {};
  }
  std::optional<Letter> oldest(std::span<const std::string> endpoints) override {
    for (const Letter& letter : letters_.kept) {
      if (std::ranges::find(endpoints, letter.endpoint) == endpoints.end()) continue;
      letters_.locked = letter.id;
      return letter;
    }
    return std::nullopt;
  }
  void sent(const Letter& letter) override { take(letter); }
  void kept(const Letter&) override { letters_.locked.clear(); }
  void refused(const Letter& letter, std::string_view) override {
    letters_.refused.push_back(letter);
    take(letter);
  }

 private:
  void take(const Letter& letter) {
    std::erase_if(letters_.kept, [&](const Letter& other) { return other.id == letter.id; });
    letters_.locked.clear();
  }

  Letters& letters_;
};

inline HttpResponse status(int number, std::string retry_after = {}) {
  return {.status = number, .retry_after = std::move(retry_after)};
}
inline HttpResponse unreachable() { return {.problem = "http://localhost:4318/v1/traces: Connection refused"}; }

}  // namespace glimpse::writers::otlp
