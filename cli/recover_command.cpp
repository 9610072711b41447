#include "cli/recover_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/config.h"
#include "cli/exit_status.h"
#include "cli/memo.h"
#include "cli/messages.h"
#include "cli/option_flags.h"
#include "cli/outputs.h"
#include "cli/policy_choice.h"
#include "cli/session_settings.h"
#include "collector/collector.h"

namespace glimpse::cli {

namespace {

constexpr std::string_view kFooter = R"(Examples:
  glimpse recover                    every session that was left behind, each into the file it was writing
  glimpse recover --list             names them only
  glimpse recover -o rescued.jsonl

Records are added to the output file: the one the session was writing, by its policy and fields, unless you name
others. What was on standard output goes on in glimpse.jsonl. Nothing is written twice, half a line at the end of the
file is made whole, and a session that was written is removed.)";

struct Request {
  Variables overrides;
  std::string session;
  bool list = false;
};

// How the session was started, as far as its collector kept a note; what was asked for here wins.
struct Start {
  Options options;
  Result<policy::Policy> policy;
};

Start start_of(const std::string& session, const Request& request, const Options& here) {
  Variables memo = read_memo(collector::memo(session));
  if (memo.empty()) return {here, choose_policy(here, "")};
  // Where servers are, and what they are told, is no part of the memo: there are secrets among it.
  for (const auto& [name, value] : process_environment()) {
    if (name.starts_with("OTEL_EXPORTER_OTLP_") || name == "GLIMPSE_JAEGER_ENDPOINT") memo.emplace(name, value);
  }
  Options options = load_options(memo, "/dev/null", request.overrides).options;  // no .env file counts twice
  options.spool_dir = here.spool_dir;
  auto policy = options.policy.empty() ? Result<policy::Policy>(policy::built_in_policy()) : choose_policy(options, "");
  return {std::move(options), std::move(policy)};
}

// False where the session could not be written; it is then kept.
bool recover_session(const std::string& session, const Request& request, const Options& here) {
  auto start = start_of(session, request, here);
  auto made = Outputs::create(start.options, Outputs::Mode::kAppend);
  if (!start.policy || !made) {
    say(fmt::format("{}: not recovered: {}", session,
                    start.policy ? made.error().message : start.policy.error().message));
    return false;
  }
  Outputs& outputs = *made;
  auto collector = collector::Collector::adopt(session, session_settings(start.options, std::move(*start.policy)),
                                               [&](std::uint32_t pid) { return outputs.writer_of(pid); });
  const auto begun = collector ? outputs.begin(session) : Result<void>(collector.error());
  const auto totals = begun ? (*collector)->run() : Result<collector::Totals>(begun.error());
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
  // What is wrong with this command itself is said once, before any session is touched.
  if (const auto fields = Outputs::create(options, Outputs::Mode::kAppend); !fields) {
    say(fields.error().message);
    return kWrongUse;
  }
  if (!options.policy.empty()) {
    if (const auto policy = choose_policy(options, ""); !policy) {
      say(policy.error().message);
      return kWrongUse;
    }
  }
  int exit_status = kDone;
  for (const auto& session : sessions) {
    if (!recover_session(session, request, options)) exit_status = kProblem;
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
