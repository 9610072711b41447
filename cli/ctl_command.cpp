#include "cli/ctl_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cli/config.h"
#include "cli/did_you_mean.h"
#include "cli/exit_status.h"
#include "cli/messages.h"
#include "collector/process_control.h"
#include "policy/parser.h"

namespace glimpse::cli {

namespace {

using collector::ProcessControl;

constexpr std::string_view kFooter = R"(Examples:
  glimpse ctl 4711 off        nothing that begins now is recorded; calls that are open get their END
  glimpse ctl 4711 on         recording goes on
  glimpse ctl 4711 flush      everything recorded up to now is in the output when this returns
  glimpse ctl 4711 snapshot   with GLIMPSE_OVERFLOW=flight: what the rings hold goes to the output
  glimpse ctl 4711 policy narrow.json   that policy from now on, for all processes of the session
  glimpse ctl 4711 status     whether it records, how much it did, what was lost

`glimpse status` lists the processes there are. Exit status: 0 where it was done, 1 where the time was over first,
2 where there is no such process to control.)";

struct Request {
  std::string pid;
  std::string action;
  std::string file;
  std::uint32_t timeout_ms = 10'000;
};

int wrong(std::string_view sentence) {
  say(fmt::format("ctl: {}", sentence));
  return kWrongUse;
}

int print(const std::string& text) { return write(STDOUT_FILENO, text.data(), text.size()) < 0 ? kProblem : kDone; }

int done_or_late(const Result<bool>& done, std::string_view what) {
  if (!done) return wrong(done.error().message);
  if (*done) return kDone;
  say(fmt::format("ctl: {} takes longer; it goes on", what));
  return kProblem;
}

int show(ProcessControl& process, std::string_view pid) {
  const ProcessControl::Status status = process.status();
  std::string text = fmt::format("{}: {}\n", pid, status.executable);
  const auto line = [&](std::string_view name, const std::string& value) {
    text += fmt::format("  {:<10} {}\n", name, value);
  };
  line("recording", status.recording ? "on" : "off");
  line("session", status.session);
  line("collector", status.collector > 0 ? fmt::format("process {}", status.collector)
                                         : "gone; `glimpse recover` writes what it left");
  line("threads", with_spaces(status.threads));
  line("calls", with_spaces(status.read_calls));
  line("waiting", fmt::format("{} KiB in rings", with_spaces((status.queued_words * 8 + 1023) / 1024)));
  line("lost", with_spaces(status.lost_calls));
  return print(text);
}

int turn(ProcessControl& process, bool on) {
  process.set_recording(on);
  return kDone;
}

// The policy that is checked is the one that is handed over, whatever happens to the file meanwhile.
int change_policy(ProcessControl& process, const Request& request) {
  if (request.file.empty()) return wrong("policy needs a file: glimpse ctl PID policy FILE");
  std::error_code ignored;
  const std::string path = std::filesystem::absolute(request.file, ignored).lexically_normal();
  auto policy = policy::load(request.file);
  std::string text;
  if (policy) {
    std::ifstream file(request.file, std::ios::binary);
    text.assign(std::istreambuf_iterator<char>(file), {});
    policy = policy::parse(text, request.file);
  }
  if (!policy) {
    say(policy.error().message);
    return kWrongUse;
  }
  const int status = done_or_late(process.set_policy(path, text, std::chrono::milliseconds(request.timeout_ms)),
                                  "putting the policy in force");
  if (status != kDone) return status;
  const std::string_view left_out =
      process.status().patches_excluded
          ? "Functions that a running process has left out stay out there (GLIMPSE_PATCH_EXCLUDED)"
          : "Threads that record notice it within about two seconds: what they left out is asked about again";
  return print(fmt::format("{} is in force (sha256 {}). {}\n", path, policy->sha256, left_out));
}

struct Action {
  std::string_view name;
  std::function<int(ProcessControl&, const Request&)> run;
};

const std::vector<Action>& actions() {
  static const std::vector<Action> all{
      {"on", [](ProcessControl& process, const Request&) { return turn(process, true); }},
      {"off", [](ProcessControl& process, const Request&) { return turn(process, false); }},
      {"flush",
       [](ProcessControl& process, const Request& request) {
         return done_or_late(process.flush(std::chrono::milliseconds(request.timeout_ms)), "flushing");
       }},
      {"snapshot",
       [](ProcessControl& process, const Request& request) {
         return done_or_late(process.snapshot(std::chrono::milliseconds(request.timeout_ms)), "the snapshot");
       }},
      {"policy", change_policy},
      {"status", [](ProcessControl& process, const Request& request) { return show(process, request.pid); }},
  };
  return all;
}

int control(const Request& request) {
  pid_t pid = 0;
  const char* end = request.pid.data() + request.pid.size();
  const auto [stopped, error] = std::from_chars(request.pid.data(), end, pid);
  if (error != std::errc() || stopped != end || pid <= 0)
    return wrong(fmt::format("\"{}\" is not the number of a process", request.pid));
  const auto action = std::ranges::find(actions(), request.action, &Action::name);
  if (action == actions().end()) {
    std::vector<std::string> names;
    for (const Action& one : actions()) names.emplace_back(one.name);
    return wrong(fmt::format("unknown word {}{}; there are: {}", request.action, did_you_mean(request.action, names),
                             fmt::join(names, ", ")));
  }
  if (!request.file.empty() && action->name != "policy")
    return wrong(fmt::format("{} takes no file, and was given {}", request.action, request.file));
  const Options options = load_options_and_warn();
  auto process = ProcessControl::find(pid, options.spool_dir);
  if (!process) return wrong(process.error().message);
  return action->run(**process, request);
}

}  // namespace

void add_ctl_command(CLI::App& app, int& exit_status) {
  auto request = std::make_shared<Request>();
  auto* command = app.add_subcommand(
      "ctl", "Switch recording of a running process on or off, flush it, change its policy, ask how it is");
  command->footer(std::string(kFooter));
  command->add_option("pid", request->pid, "The traced process")->required();
  command->add_option("action", request->action, "on, off, flush, snapshot, policy or status")->required();
  command->add_option("file", request->file, "For policy: the file");
  command->add_option("--timeout", request->timeout_ms, "Longest wait for flush, snapshot and policy, in milliseconds");
  command->callback([request, &exit_status] { exit_status = control(*request); });
}

}  // namespace glimpse::cli
