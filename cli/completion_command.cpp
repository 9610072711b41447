#include "cli/completion_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <iterator>
#include <string>
#include <vector>

#include "cli/command_words.h"
#include "cli/exit_status.h"

namespace glimpse::cli {

namespace {

std::vector<std::string> names_of(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> names;
  for (const auto* command : commands) names.push_back(command->get_name());
  return names;
}

// One branch for each command: the words that may follow it, and the options that want a value.
void add_bash_branches(const CLI::App& command, const std::string& path, std::string& script) {
  auto words = names_of(visible_commands(command));
  std::vector<std::string> with_value;
  for (auto& name : option_names(command)) {
    if (takes_value(*command.get_option(name))) with_value.push_back(name);
    words.push_back(std::move(name));
  }
  fmt::format_to(std::back_inserter(script), "    '{}') words='{}' valued=' {} ' ;;\n", path, fmt::join(words, " "),
                 fmt::join(with_value, " "));
  for (const auto* next : visible_commands(command)) {
    add_bash_branches(*next, path + (path.empty() ? "" : " ") + next->get_name(), script);
  }
}

std::string bash_completion(const CLI::App& app) {
  std::string tree;
  add_bash_branches(app, "", tree);
  return R"(# bash completion for glimpse, made by `glimpse completion bash`
_glimpse_words() {
  case "$1" in
)" + tree +
         R"(    *) return 1 ;;
  esac
}

_glimpse() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
  local words= valued= path= word i
  _glimpse_words ''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $path == run && ( $word == -- || $word != -* ) ]]; then
      # From here on the words belong to the program.
      [[ $word == -- ]] && ((i++))
      if declare -F _command_offset > /dev/null; then
        _command_offset "$i"
      else
        COMPREPLY=($(compgen -c -f -- "$current"))
      fi
      return
    fi
    if [[ $valued == *" $word "* ]]; then
      ((i++))
    elif [[ $word != -* ]] && _glimpse_words "${path:+$path }$word"; then
      path=${path:+$path }$word
    fi
  done
  compopt -o filenames 2> /dev/null
  if [[ $valued == *" $previous "* ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  elif [[ $path == run ]]; then
    COMPREPLY=($(compgen -c -f -- "$current"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    [[ $words == -* ]] && COMPREPLY+=($(compgen -f -- "$current"))
  fi
}
complete -F _glimpse glimpse
)";
}

// Quoted for a zsh _arguments or _describe word within single quotes.
std::string zsh_text(const std::string& text) {
  std::string result;
  for (const char letter : text) {
    if (letter == '\'') {
      result += "'\\''";
    } else {
      if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') result += '\\';
      result += letter;
    }
  }
  return result;
}

std::string zsh_function_name(const CLI::App& command) {
  std::string name = "_" + full_name(command);
  for (auto& letter : name) {
    if (letter == ' ') letter = '_';
  }
  return name;
}

void add_zsh_function(const CLI::App& command, std::string& script) {
  const auto out = std::back_inserter(script);
  const auto below = visible_commands(command);
  fmt::format_to(out, "{}() {{\n  local line state\n  _arguments -S -C", zsh_function_name(command));
  for (const auto& name : option_names(command)) {
    const auto* option = command.get_option(name);
    fmt::format_to(out, " \\\n    '{}[{}]{}'", name, zsh_text(option->get_description()),
                   takes_value(*option) ? ":value:_files" : "");
  }
  if (command.get_name() == "run") {
    script += " \\\n    '(-):program: _command_names -e' \\\n    '*::arguments: _normal'";
  } else if (below.empty()) {
    script += " \\\n    '*:file:_files'";
  } else {
    script += " \\\n    '1: :->command' \\\n    '*:: :->rest'";
  }
  script += "\n";
  if (!below.empty()) {
    script += "  case $state in\n    command)\n      local -a commands=(\n";
    for (const auto* next : below) {
      fmt::format_to(out, "        '{}:{}'\n", next->get_name(), zsh_text(next->get_description()));
    }
    script += "      )\n      _describe command commands ;;\n    rest)\n      case $line[1] in\n";
    for (const auto* next : below) {
      fmt::format_to(out, "        {}) {} ;;\n", next->get_name(), zsh_function_name(*next));
    }
    script += "      esac ;;\n  esac\n";
  }
  script += "}\n\n";
  for (const auto* next : below) add_zsh_function(*next, script);
}

std::string zsh_completion(const CLI::App& app) {
  std::string script = "#compdef glimpse\n# zsh completion for glimpse, made by `glimpse completion zsh`\n\n";
  add_zsh_function(app, script);
  return script + "_glimpse \"$@\"\n";
}

int print(const std::string& text) {
  return write(STDOUT_FILENO, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? kDone : kProblem;
}

}  // namespace

void add_completion_command(CLI::App& app, int& exit_status) {
  auto* command = app.add_subcommand("completion", "Print a completion script for a shell");
  command->footer("Examples:\n  source <(glimpse completion bash)\n  glimpse completion zsh > ~/.zfunc/_glimpse");
  command->require_subcommand(1);
  command->add_subcommand("bash", "For bash")->callback([&] { exit_status = print(bash_completion(app)); });
  command->add_subcommand("zsh", "For zsh")->callback([&] { exit_status = print(zsh_completion(app)); });
}

}  // namespace glimpse::cli
