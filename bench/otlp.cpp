// Spans a second into requests of OTLP, without a network: encoded, and compressed as they go out.
//
// Each round does, with the same records, one after the other:
//   protobuf, json      encoded
//   … gzip              encoded and compressed
//   write               the bytes of the protobuf requests, written to a file as they are
// Printed are the least of all rounds, and ratios of medians. The file is removed, also after an error.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/realistic_calls.h"
#include "writers/otlp/destination.h"

namespace glimpse::writers::otlp {
namespace {

struct Choices {
  double millions = 1;
  unsigned rounds = 5;
  std::string folder = std::filesystem::temp_directory_path();
  std::string only;
};

// A server that takes everything, and keeps the bytes where somebody wants them.
class Sink final : public Transport {
 public:
  explicit Sink(std::vector<std::string>* kept) : kept_(kept) {}
  HttpResponse post(const HttpRequest& request) override {
    bytes += request.body.size();
    if (kept_ != nullptr) kept_->emplace_back(request.body);
    return {.status = 200};
  }
  std::uint64_t bytes = 0;

 private:
  std::vector<std::string>* kept_;
};

struct Way {
  const char* name;
  Encoding encoding;
  bool gzip;
};
constexpr Way kWays[] = {{"protobuf", Encoding::kProtobuf, false},
                         {"json", Encoding::kJson, false},
                         {"protobuf gzip", Encoding::kProtobuf, true},
                         {"json gzip", Encoding::kJson, true}};

template <typename Work>
double seconds(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// As a Courier does: blocks of some thousand records, a commit where enough is there. Returns the bytes that went out.
std::uint64_t send(const std::vector<Call>& calls, const Way& way, std::vector<std::string>* kept) {
  constexpr std::size_t kBlock = 4'096;
  Settings settings = settings_of({});
  settings.encoding = way.encoding;
  settings.gzip = way.gzip;
  auto transport = std::make_unique<Sink>(kept);
  const Sink& sink = *transport;
  OtlpDestination destination(settings, std::move(transport), nullptr);
  std::size_t given = 0;
  for (const Call& call : calls) {
    destination.call(call);
    if (++given % kBlock == 0 && destination.is_full()) destination.commit(given);
  }
  destination.commit(given);
  return sink.bytes;
}

void write_all(const std::vector<std::string>& bodies, const std::string& path) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) throw std::runtime_error("cannot open " + path);
  for (const std::string& body : bodies) {
    for (std::size_t at = 0; at < body.size();) {
      const ssize_t count = write(file, body.data() + at, std::min<std::size_t>(body.size() - at, 256 * 1024));
      if (count <= 0) throw std::runtime_error("cannot write " + path);
      at += static_cast<std::size_t>(count);
    }
  }
  close(file);
}

double least(const std::vector<double>& values) { return *std::min_element(values.begin(), values.end()); }

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void run(const Choices& choices) {
  const std::vector<Function> functions = bench::realistic_functions();
  const std::vector<Call> calls = bench::realistic_calls(functions, static_cast<std::size_t>(choices.millions * 1e6));
  const auto spans =
      static_cast<double>(std::ranges::count_if(calls, [](const Call& call) { return call.stage != Stage::kStart; }));
  const std::string path = choices.folder + "/glimpse-bench-otlp-" + std::to_string(getpid());
  std::map<std::string, std::vector<double>> times;
  std::map<std::string, std::uint64_t> bytes;
  for (unsigned round = 0; round < choices.rounds; ++round) {
    for (const Way& way : kWays) {
      if (!choices.only.empty() && choices.only != way.name) continue;
      times[way.name].push_back(seconds([&] { bytes[way.name] = send(calls, way, nullptr); }));
    }
    if (!choices.only.empty()) continue;
    std::vector<std::string> bodies;
    bytes["write"] = send(calls, kWays[0], &bodies);
    times["write"].push_back(seconds([&] { write_all(bodies, path); }));
    unlink(path.c_str());
  }
  fmt::print("{:.0f} spans of {} records, the least of {} rounds\n", spans, calls.size(), choices.rounds);
  for (const auto& [name, values] : times) {
    fmt::print("{:<14} {:9.0f} spans a second, {:7.1f} ns and {:6.1f} bytes each", name, spans / least(values),
               least(values) / spans * 1e9, static_cast<double>(bytes[name]) / spans);
    if (times.contains("write")) fmt::print(", {:5.2f} x write", median(values) / median(times["write"]));
    fmt::print("\n");
  }
}

}  // namespace
}  // namespace glimpse::writers::otlp

int main(int argc, char** argv) {
  glimpse::writers::otlp::Choices choices;
  CLI::App app("Spans a second into requests of OTLP, beside plain writes of the same bytes.");
  app.add_option("-n,--millions", choices.millions, "Million records in each round")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 100.0));
  app.add_option("-r,--rounds", choices.rounds, "Rounds")->capture_default_str()->check(CLI::Range(1u, 1000u));
  app.add_option("-d,--folder", choices.folder, "Where a file is made and removed")
      ->capture_default_str()
      ->check(CLI::ExistingDirectory);
  app.add_option("--only", choices.only, "One of protobuf, json, protobuf gzip, json gzip, for a profiler");
  CLI11_PARSE(app, argc, argv);
  try {
    glimpse::writers::otlp::run(choices);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "otlp: {}\n", failure.what());
    return 1;
  }
}
