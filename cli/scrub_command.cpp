#include "cli/scrub_command.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "cli/config.h"
#include "cli/exit_status.h"
#include "cli/messages.h"
#include "writers/scrub/patterns.h"
#include "writers/scrub/scrubber.h"

namespace glimpse::cli {

namespace {

using writers::scrub::Patterns;
using writers::scrub::Scrubber;

constexpr std::string_view kFooter = R"(Examples:
  echo 'jane@example.com from 10.0.0.1' | glimpse scrub        [EMAIL] from [IP_ADDRESS]
  glimpse scrub --patterns patterns.txt <app.log | diff app.log -

Each line is scrubbed for itself, as if it were the message of an exception; lines of more than 1 MiB in pieces.)";

constexpr std::size_t kMostLine = 1024 * 1024;

struct Request {
  std::string patterns;
};

// The next line with its end, or as much of it as is scrubbed at once. False at the end.
bool read_line(std::string& line) {
  line.clear();
  for (int c = 0; line.size() < kMostLine && (c = std::getc(stdin)) != EOF;) {
    line += static_cast<char>(c);
    if (c == '\n') break;
  }
  return !line.empty();
}

int scrub(const Request& request) {
  const std::string path = request.patterns.empty() ? load_options_and_warn().scrub_patterns : request.patterns;
  std::shared_ptr<const Patterns> patterns;
  if (!path.empty()) {
    auto read = Patterns::read(path);
    if (!read) {
      say("scrub: " + read.error().message);
      return kWrongUse;
    }
    patterns = std::move(*read);
  }
  Scrubber scrubber(patterns);
  std::string line;
  while (read_line(line)) {
    const bool ends = line.back() == '\n';
    if (ends) line.pop_back();
    const std::string_view text = scrubber.scrub(line);
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (ends) std::putc('\n', stdout);
    if (std::ferror(stdout) != 0) break;
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0 || std::ferror(stdin) != 0) {
    say(fmt::format("scrub: {}", std::strerror(errno)));
    return kProblem;
  }
  return kDone;
}

}  // namespace

void add_scrub_command(CLI::App& app, int& exit_status) {
  auto request = std::make_shared<Request>();
  auto* command = app.add_subcommand("scrub", "Show text as it is scrubbed before it leaves: standard input to output");
  command->footer(std::string(kFooter));
  command->add_option("--patterns", request->patterns, "More to scrub; without it, what GLIMPSE_SCRUB_PATTERNS names")
      ->type_name("FILE");
  command->callback([request, &exit_status] { exit_status = scrub(*request); });
}

}  // namespace glimpse::cli
