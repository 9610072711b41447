#include "cli/issues_command.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/config.h"
#include "cli/did_you_mean.h"
#include "cli/exit_status.h"
#include "cli/issue_list.h"
#include "cli/messages.h"
#include "cli/throw_reader.h"
#include "writers/json_text.h"

namespace glimpse::cli {

namespace {

constexpr std::string_view kFooter = R"(Examples:
  glimpse issues                                 the groups of errors in glimpse.jsonl, the most frequent first
  glimpse issues --sort last --limit 5           the five that were seen last
  glimpse issues --json | jq -r .stack_trace     one object a line: everything, uncut
  zcat old.jsonl.gz | glimpse issues -

Throws with the same fingerprint are one group: exceptions of one type, with one message but for numbers, times and ids,
thrown at one place. Lines that cannot be read are told on standard error, and the exit status is then 1.)";

constexpr std::size_t kShortFingerprint = 12;
constexpr std::size_t kMostMessage = 160;  // bytes of a line for people

struct Request {
  std::vector<std::string> files;
  std::string sort = "count";
  std::size_t limit = 0;
  bool json = false;
};

// On one line, without anything that a terminal would obey.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (line.size() >= kMostMessage && (static_cast<unsigned char>(c) & 0xc0) != 0x80) return line + " …";
    line += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
  }
  return line;
}

// `2026-03-01 12:00:00`
std::string short_time(std::string_view timestamp) {
  std::string time(timestamp.substr(0, 19));
  if (time.size() > 10 && time[10] == 'T') time[10] = ' ';
  return time.empty() ? "-" : time;
}

std::string as_text(const Issue& issue) {
  std::string what = issue.type.empty() ? "(unknown type)" : issue.type;
  if (!issue.message.empty()) what += ": " + issue.message;
  return fmt::format("{}  {:>6} {}  {} to {} UTC\n  {}\n  at {}\n",
                     one_line(issue.fingerprint.substr(0, kShortFingerprint)), issue.count,
                     issue.count == 1 ? "time " : "times", short_time(issue.first_seen), short_time(issue.last_seen),
                     one_line(what), one_line(issue.place()));
}

std::string as_json(const Issue& issue) {
  std::string line;
  const auto add = [&](std::string_view key, std::string_view text) {
    if (text.empty()) return;
    line += fmt::format("{}\"{}\":\"", line.empty() ? '{' : ',', key);
    writers::append_escaped(line, text);
    line += '"';
  };
  add("fingerprint", issue.fingerprint);
  line += fmt::format(",\"count\":{}", issue.count);
  add("first_seen", issue.first_seen);
  add("last_seen", issue.last_seen);
  add("exception_type", issue.type);
  add("exception", issue.message);
  add("function", issue.function);
  add("stack_trace", issue.stack_trace);
  return line + "}\n";
}

std::optional<IssueList::Order> order_of(std::string_view word) {
  if (word == "count") return IssueList::Order::kCount;
  if (word == "last") return IssueList::Order::kLast;
  if (word == "first") return IssueList::Order::kFirst;
  return std::nullopt;
}

int issues(Request request) {
  const auto order = order_of(request.sort);
  if (!order) {
    say(fmt::format("issues: --sort must be count, last or first, got \"{}\"{}", request.sort,
                    did_you_mean(request.sort, {"count", "last", "first"})));
    return kWrongUse;
  }
  if (request.files.empty()) request.files.push_back(load_options_and_warn().log_path);
  IssueList list;
  std::uint64_t exceptions = 0;
  int exit_status = kDone;
  for (const std::string& path : request.files) {
    const auto read = read_throws(path, list);
    if (!read) {
      say("issues: " + read.error().message);
      exit_status = kProblem;
      continue;
    }
    exceptions += read->exceptions;
    if (read->problems > 0) exit_status = kProblem;
  }
  if (list.size() == 0 && exceptions > 0) {
    say("issues: no EXCEPTION record has a fingerprint: was it recorded with GLIMPSE_STACK_FRAMES=0, or without the "
        "key?");
  }
  for (const Issue* const issue : list.sorted(*order, request.limit)) {
    const std::string text = request.json ? as_json(*issue) : as_text(*issue);
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) break;
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    say(fmt::format("issues: {}", std::strerror(errno)));
    return kProblem;
  }
  return exit_status;
}

}  // namespace

void add_issues_command(CLI::App& app, int& exit_status) {
  auto request = std::make_shared<Request>();
  auto* command = app.add_subcommand("issues", "List the groups of errors of a trace");
  command->footer(std::string(kFooter));
  command->add_option("FILE", request->files, "Traces or recordings; - is standard input; without it, glimpse.jsonl")
      ->type_name("");
  command->add_option("--sort", request->sort, "By count, by last or by first time seen")->type_name("WORD");
  command->add_option("--limit", request->limit, "At most so many groups")->type_name("NUMBER");
  command->add_flag("--json", request->json, "One JSON object for each group");
  command->callback([request, &exit_status] { exit_status = issues(*request); });
}

}  // namespace glimpse::cli
