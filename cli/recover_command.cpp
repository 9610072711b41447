#include "cli/recover_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/config.h"
#include "cli/exit_status.h"
#include "cli/messages.h"
#include "cli/option_flags.h"
#include "cli/outputs.h"
#include "cli/policy_choice.h"
#include "cli/session_settings.h"
#include "collector/collector.h"

namespace glimpse::cli {

namespace {

constexpr std::string_view kFooter = R"(Examples:
  glimpse recover                    every session that was left behind, into glimpse.jsonl
  glimpse recover --list             names them only
  glimpse recover -o rescued.jsonl

Records are added to the output file. A session that was written whole is removed.)";

struct Request {
  Variables overrides;
  std::string session;
  bool list = false;
};

// False where the session could not be written; it is then kept.
bool recover_session(const std::string& session, const collector::Settings& settings, Outputs& outputs) {
  auto collector =
      collector::Collector::adopt(session, settings, [&](std::uint32_t pid) { return outputs.writer_of(pid); });
  const auto totals = collector ? (*collector)->run() : Result<collector::Totals>(collector.error());
  if (!totals) {
    say(fmt::format("{}: not recovered: {}", session, totals.error().message));
    return false;
  }
  say(fmt::format("{}: {} of {} written to {}", session, counted(totals->records, "record", "records"),
                  counted(totals->processes, "process", "processes"), outputs.name()));
  return true;
}

int recover(const Request& request) {
  const Options options = load_options_and_warn(request.overrides);
  const auto sessions = request.session.empty() ? collector::abandoned_sessions(options.spool_dir)
                                                : std::vector<std::string>{request.session};
  if (sessions.empty()) {
    say("nothing to recover");
    return kDone;
  }
  if (request.list) {
    std::string lines;
    for (const auto& session : sessions) lines += session + "\n";
    return write(STDOUT_FILENO, lines.data(), lines.size()) < 0 ? kProblem : kDone;
  }
  auto policy = choose_policy(options, "");
  auto outputs = Outputs::create(options, Outputs::Mode::kAppend);
  if (!policy || !outputs) {
    say(policy ? outputs.error().message : policy.error().message);
    return kWrongUse;
  }
  const auto settings = session_settings(options, std::move(*policy));
  int exit_status = kDone;
  for (const auto& session : sessions) {
    if (!recover_session(session, settings, *outputs)) exit_status = kProblem;
  }
  return exit_status;
}

}  // namespace

void add_recover_command(CLI::App& app, int& exit_status) {
  auto request = std::make_shared<Request>();
  auto* command = app.add_subcommand("recover", "Write the records that killed programs left behind");
  command->footer(std::string(kFooter));
  command->add_option("--session", request->session, "This session only")->type_name("FOLDER");
  command->add_flag("--list", request->list, "Name the sessions, write nothing");
  add_setting_options(*command, request->overrides, {"output", "policy", "fields"});
  command->callback([request, &exit_status] { exit_status = recover(*request); });
}

}  // namespace glimpse::cli
