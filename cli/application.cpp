#include "cli/application.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli/arguments.h"
#include "cli/cat_command.h"
#include "cli/collect_command.h"
#include "cli/command_words.h"
#include "cli/completion_command.h"
#include "cli/ctl_command.h"
#include "cli/did_you_mean.h"
#include "cli/dlq_command.h"
#include "cli/doctor_command.h"
#include "cli/exit_status.h"
#include "cli/issues_command.h"
#include "cli/man_command.h"
#include "cli/messages.h"
#include "cli/policy_command.h"
#include "cli/recover_command.h"
#include "cli/run_command.h"
#include "cli/scrub_command.h"
#include "cli/settings.h"
#include "cli/status_command.h"

namespace glimpse::cli {

namespace {

constexpr std::string_view kExamples = R"(glimpse: an automatic function tracer for C and C++

Examples:
  g++ -g -finstrument-functions -finstrument-functions-exclude-file-list=/usr/include app.cpp -o app
  glimpse run ./app                          records every call to glimpse.jsonl
  jq -c 'select(.stage=="EXCEPTION")' glimpse.jsonl
  glimpse run -o - -- ./app | jq -r .function | sort | uniq -c
  glimpse doctor ./app                       says what is instrumented and what is missing
  glimpse policy init                        writes a glimpse-policy.json to narrow the trace
)";

// The subcommand that `arguments` chose, or the application itself.
const CLI::App& chosen(const CLI::App& app) {
  const CLI::App* current = &app;
  while (!current->get_subcommands().empty()) current = current->get_subcommands().front();
  return *current;
}

std::vector<std::string> command_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const auto* next : visible_commands(command)) names.push_back(next->get_name());
  return names;
}

// `glimpse` itself stands in front of every message already.
std::string prefix_of(const CLI::App& command) {
  return command.get_parent() == nullptr ? "" : full_name(command).substr(sizeof "glimpse") + ": ";
}

// One line for the first word that nothing understands.
std::string unknown_word(const CLI::App& command, const std::string& word) {
  if (word.starts_with('-')) {
    const std::string name = word.substr(0, word.find('='));
    return fmt::format("{}unknown option {}{}; `{} --help` lists them", prefix_of(command), name,
                       did_you_mean(name, option_names(command)), full_name(command));
  }
  const auto commands = command_names(command);
  if (commands.empty()) return fmt::format("{}unexpected word {}", prefix_of(command), word);
  if (command.get_parent() == nullptr && word.find('/') != std::string::npos) {
    return fmt::format("unknown command {} (did you mean `glimpse run {}`?)", word, word);
  }
  return fmt::format("{}unknown command {}{}; there are: {}", prefix_of(command), word, did_you_mean(word, commands),
                     fmt::join(commands, ", "));
}

int explain(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = chosen(app);
  const auto extras = command.remaining();
  if (!extras.empty()) {
    say(unknown_word(command, extras.front()));
  } else {
    say(fmt::format("{}{}; `{} --help` shows how", prefix_of(command), error.what(), full_name(command)));
  }
  return kWrongUse;
}

void print(const std::string& text) {
  // Help into a closed pipe is nobody's loss.
  [[maybe_unused]] const auto written = write(STDOUT_FILENO, text.data(), text.size());
}

}  // namespace

int run_application(const std::vector<std::string>& arguments) {
  CLI::App app{std::string(kExamples), "glimpse"};
  int exit_status = kDone;
  std::vector<std::string> program;
  app.set_version_flag("--version", "glimpse " GLIMPSE_VERSION);
  app.set_help_flag("-h,--help", "This text");
  app.require_subcommand(0, 1);
  app.footer("Settings (environment or .env; [default]):\n" + settings_as_text());
  add_run_command(app, program, exit_status);
  add_cat_command(app, exit_status);
  add_issues_command(app, exit_status);
  add_doctor_command(app, exit_status);
  add_policy_command(app, exit_status);
  add_recover_command(app, exit_status);
  add_scrub_command(app, exit_status);
  add_status_command(app, exit_status);
  add_ctl_command(app, exit_status);
  add_dlq_command(app, exit_status);
  add_collect_command(app, exit_status);
  add_completion_command(app, exit_status);
  add_man_command(app, exit_status);

  std::vector<std::string> words = arguments;
  if (!words.empty() && words.front() == "run") {
    const CLI::App& command = *app.get_subcommand("run");
    auto split = split_arguments({words.begin() + 1, words.end()}, [&](const std::string& word) {
      const auto* option = command.get_option_no_throw(word);
      return option != nullptr && takes_value(*option);
    });
    program = std::move(split.program);
    words = std::move(split.own);
    words.insert(words.begin(), "run");
  }
  try {
    std::ranges::reverse(words);  // CLI11 takes its words from the back
    app.parse(words);
  } catch (const CLI::CallForHelp&) {
    print(chosen(app).help());
    return kDone;
  } catch (const CLI::CallForVersion&) {
    print("glimpse " GLIMPSE_VERSION "\n");
    return kDone;
  } catch (const CLI::ParseError& error) {
    return explain(app, error);
  }
  if (app.get_subcommands().empty()) {
    say("no command given; `glimpse --help` begins with examples");
    return kWrongUse;
  }
  return exit_status;
}

}  // namespace glimpse::cli
