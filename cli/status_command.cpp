#include "cli/status_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>

#include "cli/config.h"
#include "cli/exit_status.h"
#include "cli/messages.h"
#include "cli/setting_values.h"
#include "collector/collector.h"
#include "writers/delivery/status_file.h"
#include "writers/json_text.h"

namespace glimpse::cli {

namespace {

using collector::SessionGlance;
using writers::DestinationHealth;
using writers::delivery::Status;

constexpr std::string_view kFooter = R"(Examples:
  glimpse status              each session: its programs, its queue, its destinations
  glimpse status --json       one JSON object for each session

A destination is ok, failing (it is tried again and again; its records wait in the queue) or stopped (its records wait
for `glimpse recover`). A session without a queue writes its lines directly: GLIMPSE_DEST is jsonl.)";

std::string_view word(SessionGlance::State state) {
  switch (state) {
    case SessionGlance::State::kStarting:
      return "starting";
    case SessionGlance::State::kAbandoned:
      return "abandoned";
    default:
      return "running";
  }
}

// Nobody wants to know it to the byte.
std::string whole_kib(std::uint64_t bytes) { return show_bytes((bytes + 1023) / 1024 * 1024); }

std::string counts_of(const DestinationHealth& health) {
  std::string text = fmt::format("{} delivered", with_spaces(health.delivered));
  const auto add = [&](std::uint64_t count, std::string_view what) {
    if (count > 0) text += fmt::format(", {} {}", with_spaces(count), what);
  };
  if (health.waiting > 0) text += fmt::format(", {} waiting", whole_kib(health.waiting));
  add(health.dropped, "dropped");
  add(health.dead_letters, "in dead letters");
  add(health.retries, "retries");
  if (!health.problem.empty()) text += "; " + health.problem;
  return text;
}

std::string as_text(const SessionGlance& glance, const Status* status) {
  std::string text = fmt::format("{}: {}", glance.folder, word(glance.state));
  if (glance.collector > 0) text += fmt::format(", written by process {}", glance.collector);
  if (glance.state == SessionGlance::State::kAbandoned) text += "; `glimpse recover` writes it out";
  text += fmt::format("\n  programs  {}\n",
                      glance.programs.empty() ? "none" : fmt::format("{}", fmt::join(glance.programs, " ")));
  if (status == nullptr) return text + "  queue     none\n";
  text += fmt::format("  queue     {} of {}\n", whole_kib(status->queue_bytes), show_bytes(status->queue_limit_bytes));
  for (const DestinationHealth& health : status->destinations) {
    text += fmt::format("  {:<8}  {}, {}\n", health.name, health.state, counts_of(health));
  }
  return text;
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  writers::append_escaped(out, text);
  return out + "\"";
}

std::string as_json(const SessionGlance& glance, const Status* status) {
  std::string text =
      fmt::format(R"({{"session":{},"state":"{}","collector":{},"programs":[{}])", json_string(glance.folder),
                  word(glance.state), glance.collector, fmt::join(glance.programs, ","));
  if (status != nullptr) {
    text += fmt::format(R"(,"queue_bytes":{},"queue_limit_bytes":{},"destinations":{{)", status->queue_bytes,
                        status->queue_limit_bytes);
    std::string_view comma;
    for (const DestinationHealth& one : status->destinations) {
      text += fmt::format(
          R"({}{}:{{"state":{},"delivered":{},"waiting":{},"dropped":{},"dead_letters":{},"retries":{},"problem":{}}})",
          comma, json_string(one.name), json_string(one.state), one.delivered, one.waiting, one.dropped,
          one.dead_letters, one.retries, json_string(one.problem));
      comma = ",";
    }
    text += "}";
  }
  return text + "}\n";
}

int status(bool json) {
  const Options options = load_options_and_warn();
  std::string text;
  for (const SessionGlance& glance : collector::sessions(options.spool_dir)) {
    const auto read = writers::delivery::read_status_file(glance.folder);
    text += json ? as_json(glance, read ? &*read : nullptr) : as_text(glance, read ? &*read : nullptr);
  }
  if (text.empty()) say("no session of yours is there");
  return write(STDOUT_FILENO, text.data(), text.size()) < 0 ? kProblem : kDone;
}

}  // namespace

void add_status_command(CLI::App& app, int& exit_status) {
  auto json = std::make_shared<bool>(false);
  auto* command = app.add_subcommand("status", "Show running sessions and how their destinations fare");
  command->footer(std::string(kFooter));
  command->add_flag("--json", *json, "One JSON object for each session");
  command->callback([json, &exit_status] { exit_status = status(*json); });
}

}  // namespace glimpse::cli
