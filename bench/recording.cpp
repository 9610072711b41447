// Nanoseconds and bytes per record (an event, or with --calls a call) of a compact recording, beside the JSON lines of
// the same records.
//
// Each round does, with the same records, one after the other:
//   jsonl    JsonlWriter into a new file
//   record   RecordingWriter into a new file
//   cat      that file decoded into a JsonlWriter that writes to /dev/null, and
//   lines    the same records formatted by a JsonlWriter to /dev/null, which is what `cat` has to keep up with
// Printed are the least of all rounds, and ratios of medians. Files are removed, also after an error.
#include "writers/recording.h"

#include <fmt/format.h>
#include <sys/stat.h>
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
#include "writers/jsonl.h"
#include "writers/recording/block_file.h"
#include "writers/recording/decoder.h"

namespace glimpse::writers {
namespace {

struct Choices {
  double millions = 1;
  unsigned rounds = 7;
  std::string folder = std::filesystem::temp_directory_path();
  std::string only;
  bool whole_calls = false;
  bool trace_ids = false;
};

// Travels up to main(), so that files are removed on the way.
[[noreturn]] void fail(const std::string& message) { throw std::runtime_error(message); }

struct ScratchFile {
  explicit ScratchFile(const std::string& folder)
      : path(folder + "/glimpse-bench-recording-" + std::to_string(getpid())) {}
  ~ScratchFile() { unlink(path.c_str()); }
  std::string path;
};

template <typename Work>
double seconds(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

OutputFile open(const std::string& path, OutputFile::Unit unit) {
  auto file = OutputFile::open(path, OutputFile::Mode::kTruncate, unit);
  if (!file) fail(file.error().message);
  return std::move(*file);
}

// As the collector does: a flush whenever so much is there, or so many events were read.
void write_all(const std::vector<Call>& calls, Writer& writer, std::size_t most_records) {
  const auto flush = [&writer] {
    if (const auto flushed = writer.flush(); !flushed) fail(flushed.error().message);
  };
  std::size_t records = 0;
  for (const Call& call : calls) {
    writer.call(call);
    if (++records < most_records && writer.buffered_bytes() < kFlushBytes) continue;
    flush();
    records = 0;
  }
  flush();
}

void write_lines(const std::vector<Call>& calls, const std::string& path, bool trace_ids) {
  JsonlWriter writer(open(path, OutputFile::Unit::kLine), FieldSet(), trace_ids);
  write_all(calls, writer, ~std::size_t{0});
}

void write_recording(const std::vector<Call>& calls, const std::string& path) {
  constexpr std::size_t kQuarterOfARing = 32'768;
  RecordingWriter writer(open(path, OutputFile::Unit::kBlock));
  write_all(calls, writer, kQuarterOfARing);
}

void read_recording(const std::string& path) {
  JsonlWriter lines(open("/dev/null", OutputFile::Unit::kLine));
  auto file = recording::BlockFile::open(path);
  if (!file) fail(file.error().message);
  recording::Decoder decoder;
  // Lines go out as they come, not a whole block of them at once.
  class Flushing final : public Writer {
   public:
    explicit Flushing(JsonlWriter& lines) : lines_(lines) {}
    void call(const Call& record) override {
      lines_.call(record);
      if (lines_.buffered_bytes() >= kFlushBytes && !lines_.flush()) fail("cannot write to /dev/null");
    }
    void process(const Process&) override {}
    void thread(const Thread&) override {}
    void span(const Span&) override {}
    void log(const Log&) override {}
    void notice(const Notice&) override {}
    void summary(const Summary&) override {}
    void take_over(std::string_view) override {}
    std::size_t buffered_bytes() const override { return lines_.buffered_bytes(); }
    Result<void> flush() override { return lines_.flush(); }

   private:
    JsonlWriter& lines_;
  } out(lines);
  while (true) {
    const auto header = file->next();
    if (!header) fail(header.error().message);
    if (!*header) break;
    const auto columns = file->columns();
    if (!columns) fail(columns.error().message);
    if (const auto done = decoder.read(**header, *columns, out); !done) fail(done.error().message);
  }
  if (!out.flush()) fail("cannot write to /dev/null");
}

std::uint64_t size_of(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

double least(const std::vector<double>& values) { return *std::min_element(values.begin(), values.end()); }

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void run(const Choices& choices) {
  const std::vector<Function> functions = bench::realistic_functions();
  std::vector<Call> calls = bench::realistic_calls(functions, static_cast<std::size_t>(choices.millions * 1e6));
  if (choices.whole_calls) calls = bench::as_whole_calls(calls);
  if (choices.trace_ids) {
    for (Call& call : calls) call.trace_seed = 1;
  }
  const ScratchFile file(choices.folder);
  std::vector<double> jsonl, record, cat, lines;
  std::uint64_t jsonl_bytes = 0, recording_bytes = 0;
  for (unsigned round = 0; round < choices.rounds; ++round) {
    const auto wanted = [&](const char* what) { return choices.only.empty() || choices.only == what; };
    if (wanted("jsonl")) jsonl.push_back(seconds([&] { write_lines(calls, file.path, choices.trace_ids); }));
    jsonl_bytes = size_of(file.path);
    if (wanted("record")) record.push_back(seconds([&] { write_recording(calls, file.path); }));
    recording_bytes = size_of(file.path);
    if (wanted("cat")) cat.push_back(seconds([&] { read_recording(file.path); }));
    if (wanted("lines")) lines.push_back(seconds([&] { write_lines(calls, "/dev/null", choices.trace_ids); }));
  }
  if (!choices.only.empty()) return;
  const auto count = static_cast<double>(calls.size());
  const auto row = [count](const char* name, const std::vector<double>& values) {
    fmt::print("{:<7} {:6.1f} ns per record\n", name, least(values) / count * 1e9);
  };
  fmt::print("{} records, the least of {} rounds\n", calls.size(), choices.rounds);
  row("jsonl", jsonl);
  row("record", record);
  row("lines", lines);
  row("cat", cat);
  fmt::print("a recording takes {:.2f} of the time of JSON lines, cat {:.2f} of formatting alone\n",
             median(record) / median(jsonl), median(cat) / median(lines));
  fmt::print("bytes per record: {:.2f}, as JSON lines {:.1f}: 1 to {:.0f}\n",
             static_cast<double>(recording_bytes) / count, static_cast<double>(jsonl_bytes) / count,
             static_cast<double>(jsonl_bytes) / static_cast<double>(recording_bytes));
}

}  // namespace
}  // namespace glimpse::writers

int main(int argc, char** argv) {
  glimpse::writers::Choices choices;
  CLI::App app("Cost of a compact recording, beside JSON lines of the same records.");
  app.add_option("-n,--millions", choices.millions, "Million events in each round")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 100.0));
  app.add_option("-r,--rounds", choices.rounds, "Rounds")->capture_default_str()->check(CLI::Range(1u, 1000u));
  app.add_option("-d,--folder", choices.folder, "Where files are made and removed")
      ->capture_default_str()
      ->check(CLI::ExistingDirectory);
  app.add_flag("--calls", choices.whole_calls, "One record for each call in the place of two events");
  app.add_flag("--trace-ids", choices.trace_ids, "With trace_id and span_id in the JSON lines");
  app.add_option("--only", choices.only, "One of jsonl, record, lines (cat needs record), for a profiler");
  CLI11_PARSE(app, argc, argv);
  try {
    glimpse::writers::run(choices);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "recording: {}\n", failure.what());
    return 1;
  }
}
