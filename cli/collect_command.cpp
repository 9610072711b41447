#include "cli/collect_command.h"

#include <fmt/format.h>
#include <signal.h>

#include <memory>
#include <string>
#include <utility>

#include "cli/config.h"
#include "cli/exit_status.h"
#include "cli/memo.h"
#include "cli/messages.h"
#include "cli/outputs.h"
#include "cli/policy_choice.h"
#include "cli/session_settings.h"
#include "collector/collector.h"
#include "writers/rotating_file.h"

namespace glimpse::cli {

namespace {

struct Request {
  std::string session;
  std::string program;
};

// The program may be stopped; what it did is written all the same.
void outlive_the_program() {
  for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU, SIGXFSZ}) {
    struct sigaction ignored{};
    ignored.sa_handler = SIG_IGN;
    sigaction(signal, &ignored, nullptr);
  }
  // As for other daemons: open your files again.
  struct sigaction reopen{};
  reopen.sa_handler = [](int) { writers::reopen_files(); };
  reopen.sa_flags = SA_RESTART;
  sigaction(SIGHUP, &reopen, nullptr);
}

// The program runs already: a wrong policy file costs the user one line, not the records.
policy::Policy policy_or_built_in(const Options& options, const std::string& program) {
  auto policy = choose_policy(options, program);
  if (policy) return std::move(*policy);
  say(policy.error().message + "; recording with the built-in policy");
  return policy::built_in_policy();
}

int problem(const Request& request, const Error& error) {
  say(fmt::format("{} (`glimpse recover --session {}` tries again)", error.message, request.session));
  return kProblem;
}

int collect(const Request& request) {
  outlive_the_program();
  const Options options = load_options_and_warn();
  auto outputs = Outputs::create(options, Outputs::Mode::kAppend);
  if (!outputs) return problem(request, outputs.error());
  auto settings = session_settings(options, policy_or_built_in(options, request.program));
  settings.memo = write_memo(options, settings.policy);
  auto collector = collector::Collector::adopt(request.session, std::move(settings),
                                               [&](std::uint32_t pid) { return outputs->writer_of(pid); });
  if (!collector) return problem(request, collector.error());
  if (const auto begun = outputs->begin(request.session); !begun) return problem(request, begun.error());
  const auto totals = (*collector)->run();
  if (!totals) return problem(request, totals.error());
  return kDone;
}

}  // namespace

void add_collect_command(CLI::App& app, int& exit_status) {
  auto request = std::make_shared<Request>();
  auto* command = app.add_subcommand("collect", "Write the records of a linked program (it starts this by itself)");
  command->add_option("--session", request->session, "The session's folder")->required()->type_name("FOLDER");
  command->add_option("--program", request->program, "The program's executable, from which a policy is looked for too")
      ->type_name("FILE");
  command->callback([request, &exit_status] { exit_status = collect(*request); });
}

}  // namespace glimpse::cli
