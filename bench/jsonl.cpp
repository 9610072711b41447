// Seconds per million events from a Call in memory to JSONL in a file, beside plain write()s of the same bytes.
//
// Each round does three things with the same records, one after the other, so that a disturbance hits all three:
//   format   CallText into memory that is thrown away: what the processor pays for the text
//   jsonl    JsonlWriter into a new file, flushed whenever 1 MiB is full
//   write    256 KiB write()s of as many bytes into a new file: the most that the file system gives
// Printed are medians over the rounds. Both files are removed, also after an error.
#include "writers/jsonl.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/realistic_calls.h"
#include "writers/call_text.h"

namespace glimpse::writers {
namespace {

struct Choices {
  double millions = 1;
  unsigned rounds = 7;
  std::string folder = std::filesystem::temp_directory_path();
  bool format_only = false;
};

// Travels up to main(), so that files are removed on the way.
[[noreturn]] void fail(const std::string& message) { throw std::runtime_error(message); }

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// A file that is gone at the end of the scope.
struct ScratchFile {
  explicit ScratchFile(const std::string& folder) : path(folder + "/glimpse-bench-" + std::to_string(getpid())) {}
  ~ScratchFile() { unlink(path.c_str()); }
  std::string path;
};

struct Cost {
  double wall = 0;  // seconds
  double cpu = 0;
};

template <typename Work>
Cost cost_of(Work work) {
  const double wall = wall_seconds();
  const double cpu = cpu_seconds();
  work();
  return {wall_seconds() - wall, cpu_seconds() - cpu};
}

Cost format(const std::vector<Call>& calls, std::size_t& bytes) {
  CallText text{FieldSet()};
  LineBuffer buffer(kFlushBytes + 65'536);
  bytes = 0;
  return cost_of([&] {
    for (const Call& call : calls) {
      text.append(buffer, call);
      if (buffer.size() < kFlushBytes) continue;
      bytes += buffer.size();
      buffer.consume(buffer.size());
    }
    bytes += buffer.size();
  });
}

Cost write_jsonl(const std::vector<Call>& calls, const std::string& folder) {
  const ScratchFile file(folder);
  return cost_of([&] {
    Result<OutputFile> output = OutputFile::open(file.path, OutputFile::Mode::kTruncate);
    if (!output) fail(output.error().message);
    JsonlWriter writer(std::move(*output));
    const auto flush = [&writer] {
      if (const Result<void> flushed = writer.flush(); !flushed) fail(flushed.error().message);
    };
    for (const Call& call : calls) {
      writer.call(call);
      if (writer.buffered_bytes() >= kFlushBytes) flush();
    }
    flush();
  });
}

Cost write_plain(std::size_t bytes, const std::string& folder) {
  const ScratchFile file(folder);
  constexpr std::size_t kYardstickBytes = 256 * 1024;
  const std::string block(kYardstickBytes, 'x');
  return cost_of([&] {
    const int fd = open(file.path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) fail("cannot create " + file.path);
    for (std::size_t left = bytes; left > 0;) {
      const ssize_t count = write(fd, block.data(), std::min(left, block.size()));
      if (count <= 0) fail("cannot write " + file.path);
      left -= static_cast<std::size_t>(count);
    }
    close(fd);
  });
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double median_of(const std::vector<Cost>& costs, double Cost::* part) {
  std::vector<double> values;
  for (const Cost& cost : costs) values.push_back(cost.*part);
  return median(values);
}

void run(const Choices& choices) {
  const std::vector<Function> functions = bench::realistic_functions();
  const std::vector<Call> calls = bench::realistic_calls(functions, static_cast<std::size_t>(choices.millions * 1e6));
  std::vector<Cost> formats, jsonls, plains;
  std::vector<double> ratios;
  std::size_t bytes = 0;
  for (unsigned round = 0; round < choices.rounds; ++round) {
    formats.push_back(format(calls, bytes));
    if (choices.format_only) continue;
    jsonls.push_back(write_jsonl(calls, choices.folder));
    plains.push_back(write_plain(bytes, choices.folder));
    ratios.push_back(plains.back().wall / jsonls.back().wall);
  }
  const auto lines = static_cast<double>(calls.size());
  const auto per_line = [lines](double seconds) { return seconds / lines * 1e9; };
  const auto per_million = [lines](double seconds) { return seconds / lines * 1e6; };
  fmt::print("{} lines of {:.1f} bytes, medians of {} rounds\n", calls.size(), static_cast<double>(bytes) / lines,
             choices.rounds);
  fmt::print("format  {:6.1f} ns per line\n", per_line(median_of(formats, &Cost::cpu)));
  if (choices.format_only) return;
  fmt::print("jsonl   {:6.3f} s per million events, {:.3f} s of CPU\n", per_million(median_of(jsonls, &Cost::wall)),
             per_million(median_of(jsonls, &Cost::cpu)));
  fmt::print("write   {:6.3f} s for the same bytes\n", per_million(median_of(plains, &Cost::wall)));
  fmt::print("jsonl reaches {:.0f} % of plain write()\n", 100 * median(ratios));
}

}  // namespace
}  // namespace glimpse::writers

int main(int argc, char** argv) {
  glimpse::writers::Choices choices;
  CLI::App app("Cost of JSONL: formatting alone, written to a file, and plain write()s of the same bytes beside it.");
  app.add_option("-n,--millions", choices.millions, "Million events in each round")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 100.0));
  app.add_option("-r,--rounds", choices.rounds, "Rounds; medians over them are printed")
      ->capture_default_str()
      ->check(CLI::Range(1u, 1000u));
  app.add_option("-d,--folder", choices.folder, "Where the two files are made and removed")
      ->capture_default_str()
      ->check(CLI::ExistingDirectory);
  app.add_flag("--format-only", choices.format_only, "Only format, for a profiler");
  CLI11_PARSE(app, argc, argv);
  try {
    glimpse::writers::run(choices);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "jsonl: {}\n", failure.what());
    return 1;
  }
}
