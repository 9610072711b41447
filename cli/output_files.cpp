#include "cli/output_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <unistd.h>

#include <utility>

#include "cli/messages.h"
#include "writers/forwarding_writer.h"
#include "writers/jsonl.h"
#include "writers/output_path.h"
#include "writers/recording.h"
#include "writers/scrub/scrubbing_writer.h"

namespace glimpse::cli {

namespace {

// Standard output may be a pipe whose reader leaves (`| head -1`). That is no failure of the recording: the traced
// program goes on, one line says so, and what comes later is dropped here, and counted.
class StandardOutput final : public writers::ForwardingWriter {
 public:
  using ForwardingWriter::ForwardingWriter;

  void call(const writers::Call& record) override {
    if (is_open()) next().call(record);
  }
  void process(const writers::Process& record) override {
    if (is_open()) next().process(record);
  }
  void thread(const writers::Thread& record) override {
    if (is_open()) next().thread(record);
  }
  void span(const writers::Span& record) override {
    if (is_open()) next().span(record);
  }
  void log(const writers::Log& record) override {
    if (is_open()) next().log(record);
  }
  void notice(const writers::Notice& record) override {
    if (is_open()) next().notice(record);
  }
  void summary(const writers::Summary& record) override {
    if (is_open()) next().summary(record);
  }

  void take_over(std::string_view lines) override {
    if (open_) next().take_over(lines);
  }

  void prepare() override {
    if (open_) next().prepare();
  }
  std::size_t buffered_bytes() const override { return open_ ? next().buffered_bytes() : 0; }

  Result<void> flush() override {
    if (!open_) return {};
    auto done = next().flush();
    if (done || !reader_left()) return done;
    open_ = false;
    unread_ = next().waiting_records();
    say("the reader of standard output is gone; the program goes on, its records are dropped from here on");
    return {};
  }

  Result<void> finish() override { return flush(); }

  // Records that came when the reader had left.
  std::uint64_t dropped_records() const override { return unread_; }

 private:
  // Asked once for each record.
  bool is_open() {
    if (!open_) ++unread_;
    return open_;
  }

  static bool reader_left() {
    pollfd output{STDOUT_FILENO, POLLOUT, 0};
    return poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
  }

  bool open_ = true;
  std::uint64_t unread_ = 0;
};

}  // namespace

Result<OutputFiles> OutputFiles::create(const Options& options, Mode mode, PatternsPointer patterns) {
  auto fields = writers::FieldSet::parse(fmt::format("{}", fmt::join(options.fields, ",")));
  if (!fields) return fields.error();
  OutputFiles files;
  files.path_ = options.log_path;
  files.format_ = options.format;
  if (files.is_standard_output() && options.format == Format::kGlimpse && isatty(STDOUT_FILENO) != 0) {
    return Error{"a recording is not for terminals; name a file with -o or GLIMPSE_LOG_PATH, or a command behind `|`"};
  }
  files.mode_ = mode;
  files.scrubbed_ = options.scrub == Scrub::kAll;
  files.patterns_ = std::move(patterns);
  files.fields_ = *fields;
  files.rules_ = {.max_file_bytes = options.max_file_bytes,
                  .max_files = options.max_files,
                  .compression = options.compress,
                  .min_free_bytes = options.min_free_bytes,
                  .tell = [](const std::string& sentence) { say(sentence); }};
  files.trace_ids_ = options.trace_ids;
  return files;
}

Result<void> OutputFiles::open_early() {
  if (writers::expand_path(path_, 1) != writers::expand_path(path_, 2)) return {};
  if (const auto writer = writer_of(0); !writer) return writer.error();
  return {};
}

std::uint64_t OutputFiles::unread() const {
  std::uint64_t records = 0;
  for (const auto& [path, writer] : writers_) {
    if (writer != nullptr) records += writer->dropped_records();
  }
  return records;
}

Result<writers::Writer*> OutputFiles::writer_of(std::uint32_t pid) {
  auto& writer = writers_[is_standard_output() ? path_ : writers::expand_path(path_, pid)];
  if (writer) return writer.get();
  if (is_standard_output()) {
    auto standard_output = writers::OutputFile::borrow(STDOUT_FILENO, "standard output");
    writer = std::make_unique<StandardOutput>(writer_to(std::move(standard_output)));
    return writer.get();
  }
  const auto mode =
      mode_ == Mode::kStartAnew ? writers::OutputFile::Mode::kTruncate : writers::OutputFile::Mode::kAppend;
  const auto unit = format_ == Format::kGlimpse ? writers::OutputFile::Unit::kBlock : writers::OutputFile::Unit::kLine;
  auto file = writers::RotatingFile::open(writers::expand_path(path_, pid), mode, unit, rules_);
  if (!file) return file.error();
  writer = writer_to(std::move(*file));
  return writer.get();
}

// A recording keeps every key: which of them are wanted is asked when it is read.
std::unique_ptr<writers::Writer> OutputFiles::writer_to(writers::RotatingFile file) const {
  std::unique_ptr<writers::Writer> writer;
  if (format_ == Format::kGlimpse) {
    writer = std::make_unique<writers::RecordingWriter>(std::move(file));
  } else {
    writer = std::make_unique<writers::JsonlWriter>(std::move(file), fields_, trace_ids_);
  }
  if (!scrubbed_) return writer;
  return std::make_unique<writers::scrub::ScrubbingWriter>(std::move(writer), patterns_);
}

}  // namespace glimpse::cli
