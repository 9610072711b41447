#include "cli/run_command.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "cli/config.h"
#include "cli/exit_status.h"
#include "cli/foreground.h"
#include "cli/memo.h"
#include "cli/messages.h"
#include "cli/option_flags.h"
#include "cli/outputs.h"
#include "cli/paths.h"
#include "cli/policy_choice.h"
#include "cli/session_settings.h"
#include "cli/signal_names.h"
#include "cli/silence.h"
#include "collector/collector.h"

namespace glimpse::cli {

namespace {

constexpr std::string_view kFooter = R"(Examples:
  glimpse run ./app                         records to glimpse.jsonl
  glimpse run -o - -- ./app | jq -c .       records on standard output, the program's output on stderr
  glimpse run --format glimpse ./app        a compact recording in trace.glimpse; glimpse cat makes lines of it
  glimpse run --policy db.json make test    every traced program under make, one file

Words after the program belong to it. The exit status is the program's; where a signal killed it, glimpse
ends by the same signal. 127: not found, 126: cannot be executed, 2: wrong use, wrong policy or no output file.)";

class RunHelp : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: glimpse run [OPTIONS] [--] PROGRAM [ARGUMENTS]\n";
  }
};

struct Request {
  Variables overrides;  // settings given as options
  bool append = false;
  bool quiet = false;
};

std::string variable_or_empty(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

int fail(const StartProblem& problem) {
  say(problem.message);
  return problem.exit_status;
}

int refuse(const Error& error) {
  say(error.message);
  return kWrongUse;
}

// The collector's thread: run() from start to end.
class Recording {
 public:
  Recording(collector::Collector& collector, const Foreground& foreground)
      : thread_([this, &collector, &foreground] {
          totals_.emplace(collector.run());
          done_ = true;
          foreground.wake();
        }) {}

  const std::atomic<bool>& done() const { return done_; }

  // Only when done().
  const Result<collector::Totals>& totals() {
    if (thread_.joinable()) thread_.join();
    return *totals_;
  }

  // Leaves a thread that is not done to the end of the process.
  void abandon() { thread_.detach(); }

 private:
  std::atomic<bool> done_{false};
  std::optional<Result<collector::Totals>> totals_;
  std::thread thread_;
};

// Each process has its first and its last record whatever happens.
bool recorded_nothing(const collector::Totals& totals) { return totals.records <= 2 * totals.processes; }

void tell_totals(const collector::Totals& totals, const Outputs& outputs, int status, bool quiet) {
  if (totals.unreadable > 0) {
    say(fmt::format("the buffers of {} could not be read", counted(totals.unreadable, "process", "processes")));
  }
  if (quiet) return;
  const char* const preposition = outputs.is_standard_output() ? "on" : "in";
  const std::string ended = WIFSIGNALED(status) ? "; ended by " + signal_name(WTERMSIG(status)) : "";
  const std::uint64_t unread = outputs.unread();
  say(fmt::format("{} {} {} ({}, {} dropped{})", counted(totals.records - unread, "record", "records"), preposition,
                  outputs.name(), counted(totals.processes, "process", "processes"),
                  with_spaces(totals.dropped + unread), ended));
}

// One line for each destination that has not simply taken everything.
void tell_destinations(const Outputs& outputs) {
  for (const auto& health : outputs.health()) {
    std::string line;
    const auto add = [&](std::uint64_t count, std::string_view what) {
      if (count > 0)
        line += fmt::format("{}{} {}", line.empty() ? "" : ", ", counted(count, "record", "records"), what);
    };
    add(health.dropped, "dropped");
    add(health.dead_letters, "in dead letters (`glimpse dlq list`)");
    if (!line.empty()) say(fmt::format("{}: {}", health.name, line));
  }
}

// Recordings of this user that nobody has written out, for whoever sits at the terminal.
void tell_abandoned(const Options& options) {
  const auto abandoned = collector::abandoned_sessions(options.spool_dir).size();
  if (abandoned == 0) return;
  say(fmt::format("{} of programs that outlived their collector {}; `glimpse recover` writes {} out",
                  counted(abandoned, "recording", "recordings"), abandoned == 1 ? "is left" : "are left",
                  abandoned == 1 ? "it" : "them"));
}

// The program without us.
int run_untraced(const std::vector<std::string>& program) {
  return fail(start_problem(program.front(), become({program, {}, false})));
}

int run_traced(const Request& request, const Options& options, const std::vector<std::string>& program) {
  const auto found = find_program(program.front(), variable_or_empty("PATH"));
  if (found.problem != 0) return fail(start_problem(program.front(), found.problem));
  const auto library = library_of(own_executable());
  if (!library) return refuse(library.error());
  if (library->string().find_first_of(": ") != std::string::npos) {
    return refuse({fmt::format("{}: LD_PRELOAD cannot carry a path with a blank or a colon; move glimpse elsewhere",
                               library->string())});
  }
  auto policy = choose_policy(options, found.path);
  if (!policy) return refuse(policy.error());
  auto outputs = Outputs::create(options, request.append ? Outputs::Mode::kAppend : Outputs::Mode::kStartAnew);
  if (!outputs) return refuse(outputs.error());

  // From here on signals are ours, and the collector's threads inherit that.
  Foreground foreground;
  auto settings = session_settings(options, std::move(*policy));
  settings.memo = write_memo(options, settings.policy);
  auto collector = collector::Collector::create(options.spool_dir, std::move(settings),
                                                [&](std::uint32_t pid) { return outputs->writer_of(pid); });
  if (!collector) return refuse(collector.error());
  if (const auto opened = outputs->open_early(); !opened) {  // starts the file anew: last of what can go wrong
    (*collector)->discard();
    return refuse(opened.error());
  }

  if (const auto begun = outputs->begin((*collector)->session()); !begun) {
    (*collector)->discard();
    return refuse(begun.error());
  }

  Program child{program, {}, outputs->is_standard_output()};
  child.set_variables["LD_PRELOAD"] = preload_list(library->string(), variable_or_empty("LD_PRELOAD"));
  child.set_variables["GLIMPSE_SESSION"] = (*collector)->session();
  const Started started = foreground.start(child);
  Recording recording(**collector, foreground);
  const int status = started.problem == 0 ? foreground.wait(started.pid) : 0;
  (*collector)->finish(started.pid, status);

  const bool whole = foreground.wait_until(recording.done(), [&] {
    if (request.quiet) return;
    say((*collector)->any_runs() ? "waiting for processes that the program left running; Ctrl-C leaves them"
                                 : "the program has ended; its last records are on their way");
  });
  if (!whole) {
    say("left while traced processes run; `glimpse recover` writes what is still in their buffers");
    recording.abandon();
    // Everything here serves the abandoned thread until the process is gone.
    std::_Exit(started.problem == 0 ? end_like(status) : start_problem(program.front(), started.problem).exit_status);
  }
  const auto& totals = recording.totals();
  if (started.problem != 0) return fail(start_problem(program.front(), started.problem));
  if (!totals) {
    say(fmt::format("{} (`glimpse recover --session {}` tries again)", totals.error().message,
                    (*collector)->session()));
  } else {
    for (const auto& warning : totals->warnings) say(warning);
    if (recorded_nothing(*totals)) {
      for (const auto& line : why_silent(found.path, totals->processes)) say(line);
    }
    tell_totals(*totals, *outputs, status, request.quiet);
    tell_destinations(*outputs);
    if (!request.quiet && isatty(STDERR_FILENO) != 0) tell_abandoned(options);
  }
  collector->reset();
  {
    const Outputs closed = std::move(*outputs);  // before a signal ends us: files that are being compressed
  }
  return end_like(status);
}

int run(const Request& request, const std::vector<std::string>& program) {
  if (program.empty()) {
    say("run needs a program: glimpse run [options] [--] program [arguments]");
    return kWrongUse;
  }
  const Options options = load_options_and_warn(request.overrides);
  return options.enabled ? run_traced(request, options, program) : run_untraced(program);
}

}  // namespace

void add_run_command(CLI::App& app, const std::vector<std::string>& program, int& exit_status) {
  auto request = std::make_shared<Request>();
  auto* command = app.add_subcommand("run", "Run a program and record its calls");
  command->formatter(std::make_shared<RunHelp>());
  command->footer(std::string(kFooter));
  add_setting_options(*command, request->overrides,
                      {"output", "format", "records", "trace-ids", "policy", "fields", "ring-bytes", "overflow",
                       "patch-excluded", "scrub"});
  command->add_flag("--append", request->append, "Keep what is in the output file");
  command->add_flag("-q,--quiet", request->quiet, "No closing line");
  command->callback([request, &program, &exit_status] { exit_status = run(*request, program); });
}

}  // namespace glimpse::cli
