#include "cli/dlq_command.h"

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config.h"
#include "cli/dead_letter_folder.h"
#include "cli/dlq_list.h"
#include "cli/dlq_replay.h"
#include "cli/exit_status.h"
#include "cli/messages.h"
#include "writers/dead_letters.h"
#include "writers/otlp/curl_transport.h"
#include "writers/otlp/settings.h"

namespace glimpse::cli {

namespace {

using writers::DeadLetters;

constexpr std::string_view kFooter = R"(Examples:
  glimpse dlq list                   what could not be delivered, the oldest first, and why
  glimpse dlq list --json | jq -s 'map(.records) | add'
  glimpse dlq replay                 sends them now to the server of the settings, those too that it has refused
  glimpse dlq drop --all

Dead letters lie in ~/.local/state/glimpse/dlq, or where GLIMPSE_DLQ_PATH says.)";

struct Request {
  std::vector<std::string> ids;
  bool all = false;
  bool json = false;
};

int refuse(const std::string& sentence) {
  say(sentence);
  return kWrongUse;
}

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

int print(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      say(fmt::format("cannot write to standard output: {}", std::strerror(errno)));
      return kProblem;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return kDone;
}

// The box, or nothing where no letter was ever put into it: looking makes no folder.
Result<std::optional<DeadLetters>> letters_of(const Options& options) {
  const std::string folder = dead_letter_folder(options);
  if (folder.empty()) return Error{"there is no home for dead letters; name a folder by GLIMPSE_DLQ_PATH"};
  std::error_code failure;
  if (!std::filesystem::exists(folder, failure) && !failure) return std::optional<DeadLetters>();
  auto letters = DeadLetters::open(folder, options.dlq_bytes);
  if (!letters) return letters.error();
  return std::optional<DeadLetters>(std::move(*letters));
}

int list(const Request& request) {
  const Options options = load_options_and_warn();
  const auto letters = letters_of(options);
  if (!letters) return refuse(letters.error().message);
  std::string text;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  const auto entries = *letters ? (*letters)->list() : std::vector<DeadLetters::Entry>();
  for (const auto& entry : entries) {
    text += request.json ? dead_letter_json(entry) : dead_letter_line(entry, now_ns());
    records += entry.records;
    bytes += entry.bytes;
  }
  if (const int status = print(text); status != kDone || request.json) return status;
  if (entries.empty()) {
    say("no dead letters");
  } else {
    say(fmt::format("{}, {}, {} of {}", counted(entries.size(), "dead letter", "dead letters"),
                    counted(records, "record", "records"), rough_bytes(bytes), rough_bytes(options.dlq_bytes)));
  }
  return kDone;
}

int replay(const Request& request) {
  const Options options = load_options_and_warn();
  auto letters = letters_of(options);
  if (!letters) return refuse(letters.error().message);
  if (!*letters) {
    say("no dead letters");
    return request.ids.empty() ? kDone : kProblem;
  }
  const auto settings = writers::otlp::settings_of(options);
  writers::otlp::CurlTransport transport(settings.tls);
  const Replayed replayed = replay_dead_letters(**letters, request.ids, settings, transport);
  say(fmt::format("{} sent ({}), {} left", counted(replayed.sent, "dead letter", "dead letters"),
                  counted(replayed.records, "record", "records"), with_spaces(replayed.left)));
  return replayed.left == 0 ? kDone : kProblem;
}

int drop(const Request& request) {
  if (request.all == !request.ids.empty()) return refuse("dlq drop: name dead letters by their ids, or say --all");
  auto letters = letters_of(load_options_and_warn());
  if (!letters) return refuse(letters.error().message);
  std::vector<std::string> ids = request.ids;
  if (request.all && *letters) {
    for (const auto& entry : (*letters)->list()) ids.push_back(entry.id);
  }
  int exit_status = kDone;
  std::uint64_t dropped = 0;
  for (const auto& id : ids) {
    const auto gone =
        *letters ? (*letters)->drop(id) : Result<void>(Error{fmt::format("there is no dead letter {}", id)});
    dropped += gone ? 1 : 0;
    if (gone) continue;
    say(gone.error().message);
    exit_status = kProblem;
  }
  say(fmt::format("{} dropped", counted(dropped, "dead letter", "dead letters")));
  return exit_status;
}

}  // namespace

void add_dlq_command(CLI::App& app, int& exit_status) {
  const auto request = std::make_shared<Request>();
  CLI::App& dlq = *app.add_subcommand("dlq", "List, send and drop dead letters: batches that could not be delivered");
  dlq.footer(std::string(kFooter));
  dlq.require_subcommand(1);
  const auto add = [&](const char* name, const char* meaning, int (*act)(const Request&)) -> CLI::App& {
    CLI::App& command = *dlq.add_subcommand(name, meaning);
    command.callback([request, act, &exit_status] { exit_status = act(*request); });
    return command;
  };

  CLI::App& list_command = add("list", "List dead letters: age, records, bytes, state, endpoint, id; and why", list);
  list_command.add_flag("--json", request->json, "A line of JSON for each");

  CLI::App& replay_command =
      add("replay", "Send dead letters now, the oldest first; exit status 1 where some are left", replay);
  replay_command.add_option("ID", request->ids, "Dead letters, as list names them; all without it");

  CLI::App& drop_command = add("drop", "Throw dead letters away: those named, or all", drop);
  drop_command.add_option("ID", request->ids, "Dead letters, as list names them");
  drop_command.add_flag("--all", request->all, "All of them");
}

}  // namespace glimpse::cli
