#include "cli/man_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <iterator>
#include <sstream>
#include <string>

#include "cli/command_words.h"
#include "cli/exit_status.h"
#include "cli/settings.h"

namespace glimpse::cli {

namespace {

// Text that roff shows as it stands.
std::string roff(const std::string& text) {
  std::string result;
  for (const char letter : text) {
    if (letter == '\\') {
      result += "\\e";
    } else if (letter == '-') {
      result += "\\-";
    } else {
      result += letter;
    }
  }
  return result;
}

// A block shown as typed. Lines may not begin with a control character.
std::string verbatim(const std::string& text) {
  std::string result = ".nf\n";
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('.') || line.starts_with('\'')) result += "\\&";
    result += roff(line) + "\n";
  }
  return result + ".fi\n";
}

void add_command(const CLI::App& command, std::string& page) {
  const auto out = std::back_inserter(page);
  fmt::format_to(out, ".SS {}\n{}.\n", roff(full_name(command)), roff(command.get_description()));
  for (const auto* option : command.get_options()) {
    if (option->get_group().empty()) continue;
    const std::string value = takes_value(*option) ? " " + option->get_type_name() : "";
    fmt::format_to(out, ".TP\n.B {}{}\n{}.\n",
                   roff(option->get_positional() ? option->get_name(true) : option->get_name(false, true)), roff(value),
                   roff(option->get_description()));
  }
  if (!command.get_footer().empty()) page += ".PP\n" + verbatim(command.get_footer());
  for (const auto* next : visible_commands(command)) add_command(*next, page);
}

std::string manual(const CLI::App& app) {
  std::string page = ".TH GLIMPSE 1 \"\" \"glimpse " GLIMPSE_VERSION
                     "\"\n.SH NAME\nglimpse \\- automatic function tracer for C and C++\n"
                     ".SH SYNOPSIS\n.B glimpse run\n[options] [\\-\\-] program [arguments]\n.br\n"
                     ".B glimpse\ncommand [options]\n.SH DESCRIPTION\n" +
                     verbatim(app.get_description()) + ".SH COMMANDS\n";
  for (const auto* command : visible_commands(app)) add_command(*command, page);
  page +=
      ".SH ENVIRONMENT\nBuilt-in default, then .env and .env.NAME (NAME is the value of GLIMPSE_ENV) in the working\n"
      "directory, then the environment, then options: the later one wins.\n" +
      settings_as_roff();
  page +=
      ".SH EXIT STATUS\nglimpse run: the program's, or its signal; 127 where it was not found, 126 where it cannot be\n"
      "executed, 2 for wrong use, a wrong policy or an output file that cannot be opened.\n"
      "The other commands: 0, 1 where something is not well, 2 for wrong use.\n"
      ".SH FILES\n.TP\n.B glimpse\\-policy.json\nThe policy, looked for from the working directory upwards, then "
      "from the executable upwards.\n.TP\n.B glimpse.jsonl\nThe records.\n";
  return page;
}

}  // namespace

void add_man_command(CLI::App& app, int& exit_status) {
  auto* command = app.add_subcommand("man", "Print the manual page");
  command->group("");
  command->callback([&] {
    const std::string page = manual(app);
    const auto written = write(STDOUT_FILENO, page.data(), page.size());
    exit_status = written == static_cast<ssize_t>(page.size()) ? kDone : kProblem;
  });
}

}  // namespace glimpse::cli
