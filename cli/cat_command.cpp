#include "cli/cat_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/config.h"
#include "cli/exit_status.h"
#include "cli/messages.h"
#include "cli/moment.h"
#include "cli/option_flags.h"
#include "cli/record_printer.h"
#include "writers/recording/block_file.h"
#include "writers/recording/decoder.h"

namespace glimpse::cli {

namespace {

using writers::recording::BlockFile;
using writers::recording::BlockHeader;
using writers::recording::BlockKind;
using writers::recording::Decoder;

constexpr std::string_view kFooter = R"(Examples:
  glimpse run --format glimpse ./app                 leaves trace.glimpse
  glimpse cat trace.glimpse | jq -c .                the lines that glimpse run ./app would have written
  glimpse cat --from +1.5s --to +2s trace.glimpse    half a second of them; the rest of the file is not read
  glimpse cat --follow trace.glimpse                 while the program runs, until it ends

What cannot be read of a file is told on standard error, the rest is printed, and the exit status is then 1.)";

constexpr std::chrono::milliseconds kLookInterval{50};

struct Request {
  Variables overrides;
  std::vector<std::string> files;
  std::string from;
  std::string to;
  bool follow = false;
};

struct Span {
  std::optional<Moment> from;
  std::optional<Moment> to;
};

// The reader of our lines is gone (`| head`): we go like other commands do, without a word.
[[noreturn]] void leave_by_pipe_signal() {
  signal(SIGPIPE, SIG_DFL);
  raise(SIGPIPE);
  std::_Exit(kProblem);  // where the signal is blocked
}

bool reader_left() {
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  return poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
}

// One recording. False where something of it could not be read.
class Reading {
 public:
  Reading(BlockFile file, RecordPrinter& printer, const Span& span, bool follow)
      : file_(std::move(file)), printer_(printer), span_(span), follow_(follow) {}

  bool run() {
    while (!printer_.problem()) {
      auto header = file_.next();
      if (!header) {
        tell(header.error());
      } else if (*header) {
        read(**header);
      } else if (!wait_for_more()) {
        break;
      }
    }
    if (file_.end() == BlockFile::End::kWithinBlock) {
      tell({fmt::format("{}: ends within a block at byte {}: its writer was killed, or has not finished", file_.name(),
                        file_.offset())});
    }
    return whole_;
  }

 private:
  void read(const BlockHeader& header) {
    const auto kind = static_cast<BlockKind>(header.kind);
    if (kind == BlockKind::kRecords) {
      if (!began_) printer_.print_only(time_span(header.first_ns));
      began_ = true;
      if (!time_.meets(header.first_ns, header.last_ns) && !follow_) return file_.skip();
    } else if (kind != BlockKind::kNames) {
      return file_.skip();
    }
    const auto columns = file_.columns();
    if (!columns) return tell(columns.error());
    if (const auto done = decoder_.read(header, *columns, printer_); !done) tell(file_.error(done.error().message));
  }

  TimeSpan time_span(std::int64_t begin_ns) {
    if (span_.from) time_.from_ns = span_.from->since_1970_ns(begin_ns);
    if (span_.to) time_.to_ns = span_.to->since_1970_ns(begin_ns);
    return time_;
  }

  // At the end of the file: whether it is worth to look again.
  bool wait_for_more() {
    if (!follow_ || printer_.all_ended() || !printer_.flush()) return false;
    if (reader_left()) leave_by_pipe_signal();
    std::this_thread::sleep_for(kLookInterval);
    return true;
  }

  void tell(const Error& error) {
    whole_ = false;
    say(error.message);
  }

  BlockFile file_;
  RecordPrinter& printer_;
  Span span_;
  bool follow_;
  Decoder decoder_;
  TimeSpan time_;
  bool began_ = false;
  bool whole_ = true;
};

int refuse(const std::string& message) {
  say("cat: " + message);
  return kWrongUse;
}

int cat(const Request& request) {
  if (request.files.empty()) return refuse("which recording? glimpse cat trace.glimpse");
  if (request.follow && request.files.size() > 1) return refuse("--follow takes one file");
  Span span;
  for (const auto& [name, text, moment] :
       {std::tuple{"--from", &request.from, &span.from}, std::tuple{"--to", &request.to, &span.to}}) {
    if (text->empty()) continue;
    const auto parsed = parse_moment(*text);
    if (!parsed) return refuse(name + parsed.error().message);
    *moment = *parsed;
  }
  const Options options = load_options_and_warn(request.overrides);
  const auto fields = writers::FieldSet::parse(fmt::format("{}", fmt::join(options.fields, ",")));
  if (!fields) return refuse(fields.error().message);

  int exit_status = kDone;
  for (const auto& path : request.files) {
    auto file = BlockFile::open(path);
    if (!file) {
      say(file.error().message);
      exit_status = kProblem;
      continue;
    }
    RecordPrinter printer(*fields, options.trace_ids);
    if (!Reading(std::move(*file), printer, span, request.follow).run()) exit_status = kProblem;
    if (const auto done = printer.flush(); !done) {
      if (reader_left()) leave_by_pipe_signal();
      say(done.error().message);
      return kProblem;
    }
  }
  return exit_status;
}

}  // namespace

void add_cat_command(CLI::App& app, int& exit_status) {
  auto request = std::make_shared<Request>();
  auto* command = app.add_subcommand("cat", "Print a recording as JSON lines");
  command->footer(std::string(kFooter));
  command->add_option("FILE", request->files, "Recordings; - is standard input")->type_name("");
  command
      ->add_option("--from", request->from,
                   "Only records from then on: 2026-03-01T12:00:00.5Z, or +1.5s from the begin")
      ->type_name("TIME");
  command->add_option("--to", request->to, "Only records up to then")->type_name("TIME");
  command->add_flag("-f,--follow", request->follow, "Wait for more until all of the program's processes have ended");
  add_setting_options(*command, request->overrides, {"fields", "trace-ids"});
  command->callback([request, &exit_status] { exit_status = cat(*request); });
}

}  // namespace glimpse::cli
