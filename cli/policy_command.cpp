#include "cli/policy_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/config.h"
#include "cli/did_you_mean.h"
#include "cli/exit_status.h"
#include "cli/messages.h"
#include "cli/policy_binary.h"
#include "cli/policy_choice.h"
#include "cli/policy_explain.h"
#include "cli/policy_init.h"
#include "policy/discovery.h"
#include "policy/matcher.h"
#include "policy/parser.h"
#include "policy/spelling.h"

namespace glimpse::cli {

namespace {

constexpr std::string_view kFooter = R"(Examples:
  glimpse policy init ./app                     writes glimpse-policy.json with the namespaces of ./app
  glimpse policy check --binary ./app           errors, and entries that match nothing in ./app
  glimpse policy explain 'app::db::query(int)'  recorded or not, and which entry says so
  glimpse policy list ./app | grep '^+'         what would be recorded

Without --policy or GLIMPSE_POLICY, the nearest glimpse-policy.json upwards is the policy.)";

struct Request {
  std::string file;    // init: to write; check: to read
  std::string binary;  // empty where none was named
  std::string policy;  // --policy
  std::string name;    // explain
  std::string module;  // explain
  bool force = false;
  bool only_recorded = false;
  bool only_skipped = false;
};

// All of `text` on `fd`, or an errno value.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int print(std::string_view text, int exit_status) {
  const int problem = write_all(STDOUT_FILENO, text);
  if (problem == 0) return exit_status;
  say(fmt::format("cannot write to standard output: {}", std::strerror(problem)));
  return kProblem;
}

int refuse(const std::string& sentence) {
  say(sentence);
  return kWrongUse;
}

void warn(const std::string& line) { write_all(STDERR_FILENO, line + "\n"); }

Options options_for(const Request& request) {
  Variables command_line;
  if (!request.policy.empty()) command_line["policy"] = request.policy;
  return load_options_and_warn(command_line);
}

Result<policy::Policy> policy_for(const Request& request, const std::filesystem::path& program) {
  return choose_policy(options_for(request), program);
}

std::string counts_of(const policy::Policy& policy) {
  const std::size_t includes = policy.exact_modules.size() + policy.package_trees.size() + policy.functions.size();
  const std::size_t excludes = policy.exclude_modules.size() + policy.exclude_functions.size();
  const std::string depth =
      policy.trace_depth == policy::kUnlimitedDepth ? "unlimited" : std::to_string(policy.trace_depth);
  const std::string what =
      includes == 0 ? "everything but the standard library" : counted(includes, "entry includes", "entries include");
  const std::string rules = policy.rules.empty() ? "" : ", " + counted(policy.rules.size(), "rule", "rules");
  return fmt::format("{}, {}, trace_depth {}{}", what, counted(excludes, "excludes", "exclude"), depth, rules);
}

int init(const Request& request) {
  std::vector<std::string> trees;
  std::error_code failure;
  std::string name = std::filesystem::current_path(failure).filename().string();
  if (!request.binary.empty()) {
    const auto binary = read_policy_binary(request.binary);
    if (!binary) return refuse(binary.error().message);
    trees = proposed_trees(*binary);
    name = std::filesystem::path(binary->path).filename().string();
  }
  const std::string text = starter_policy(name.empty() ? "my_policy" : name, trees);
  if (request.file == "-") return print(text, kDone);
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (request.force ? O_TRUNC : O_EXCL);
  const int fd = open(request.file.c_str(), flags, 0666);
  if (fd < 0 && errno == EEXIST) return refuse(fmt::format("{} is there already; --force overwrites it", request.file));
  if (fd < 0) return refuse(fmt::format("{}: cannot be written: {}", request.file, std::strerror(errno)));
  int problem = write_all(fd, text);
  if (close(fd) != 0 && problem == 0) problem = errno;
  if (problem != 0) return refuse(fmt::format("{}: cannot be written: {}", request.file, std::strerror(problem)));
  const std::string records =
      trees.empty()
          ? "records everything but the standard library; name your namespaces in \"package_trees\" to narrow it"
          : "records what is in \"package_trees\"; remove what does not interest you";
  return print(fmt::format("{}: written; it {}\n", request.file, records), kDone);
}

int check(const Request& request) {
  const Options options = options_for(request);
  const std::string named = request.file.empty() ? options.policy : request.file;
  const std::string path = policy::discover_path(named, policy_start_folders(request.binary));
  if (path.empty()) {
    return refuse(fmt::format("no {} here or above; `glimpse policy init` writes one", policy::kPolicyFileName));
  }
  const policy::Report report = policy::check_file(path);
  for (const auto& error : report.errors) warn(error.message);
  for (const auto& warning : report.warnings) warn(warning.message);
  if (!report.errors.empty()) return kProblem;
  if (!request.binary.empty()) {
    const auto binary = read_policy_binary(request.binary);
    if (!binary) return refuse(binary.error().message);
    for (const auto& warning : unmatched_warnings(report.policy, *binary)) warn(warning);
  }
  return print(fmt::format("{}: ok ({})\n", path, counts_of(report.policy)), kDone);
}

// The functions of a binary that the pattern `request.name` means.
int explain_in_binary(const Request& request) {
  const auto binary = read_policy_binary(request.binary);
  if (!binary) return refuse(binary.error().message);
  auto policy = policy_for(request, binary->path);
  if (!policy) return refuse(policy.error().message);
  policy::Policy wanted;
  auto pattern = policy::compile_function_pattern(request.name);
  if (!pattern) return refuse(pattern.error().message);
  pattern->key = "functions";
  wanted.functions.push_back(std::move(*pattern));
  std::string lines;
  bool recorded = false;
  for (const auto& function : binary->functions) {
    if (!wanted.decide(matched(function))) continue;
    lines += verdict_line(*policy, matched(function)) + "\n";
    recorded = recorded || policy->decide(matched(function));
  }
  if (!lines.empty()) return print(lines, recorded ? kDone : kProblem);
  std::vector<std::string> known;
  for (const auto& function : binary->functions) known.push_back(policy::spell(function.name, 0));
  return refuse(fmt::format("{} has no function {}{}", binary->path, request.name, did_you_mean(request.name, known)));
}

int explain(const Request& request) {
  if (!request.binary.empty()) return explain_in_binary(request);
  const auto policy = policy_for(request, "");
  if (!policy) return refuse(policy.error().message);
  const auto modules = possible_modules(request.name);
  if (!request.module.empty()) {
    const policy::Function function{request.name, request.module, modules.empty()};
    return print(verdict_line(*policy, function) + "\n", policy->decide(function) ? kDone : kProblem);
  }
  if (modules.empty()) {
    return refuse(
        fmt::format("{} is outside any namespace, so its module is its binary; name that with --binary", request.name));
  }
  const auto function_in = [&](const std::string& module) { return policy::Function{request.name, module, false}; };
  const bool recorded = policy->decide(function_in(modules.front()));
  std::string lines = verdict_line(*policy, function_in(modules.front())) + "\n";
  for (std::size_t i = 1; i < modules.size(); ++i) {
    if (policy->decide(function_in(modules[i])) == recorded) continue;
    lines += fmt::format("where {} is a class: {}\n", modules[i - 1], verdict_line(*policy, function_in(modules[i])));
    break;
  }
  return print(lines, recorded ? kDone : kProblem);
}

int list(const Request& request) {
  const auto binary = read_policy_binary(request.binary);
  if (!binary) return refuse(binary.error().message);
  const auto policy = policy_for(request, binary->path);
  if (!policy) return refuse(policy.error().message);
  constexpr std::size_t kWidest = 32;  // a longer module pushes its function to the right
  std::size_t width = 0;
  for (const auto& function : binary->functions) width = std::max(width, std::min(function.module.size(), kWidest));
  const bool colors = colors_on(STDOUT_FILENO);
  std::string lines;
  std::size_t recorded_count = 0;
  for (const auto& function : binary->functions) {
    const bool recorded = policy->decide(matched(function));
    recorded_count += recorded ? 1 : 0;
    if (recorded ? request.only_skipped : request.only_recorded) continue;
    const std::string sign = colored(recorded ? "+" : "-", recorded ? Color::kGreen : Color::kYellow, colors);
    lines += fmt::format("{} {:<{}}  {}\n", sign, function.module, width, function.name);
  }
  const int exit_status = print(lines, kDone);
  say(fmt::format("{} of {} recorded by {}", with_spaces(recorded_count),
                  counted(binary->functions.size(), "function", "functions"),
                  policy->path.empty() ? "the built-in policy" : policy->path));
  return exit_status;
}

void add_policy_option(CLI::App& command, Request& request) {
  command.add_option("--policy", request.policy, "The policy file to ask")->type_name("FILE");
}

}  // namespace

void add_policy_command(CLI::App& app, int& exit_status) {
  const auto request = std::make_shared<Request>();
  CLI::App& policy = *app.add_subcommand("policy", "Write, check and explain the policy: what is recorded");
  policy.footer(std::string(kFooter));
  policy.require_subcommand(1);
  const auto add = [&](const char* name, const char* meaning, int (*act)(const Request&)) -> CLI::App& {
    CLI::App& command = *policy.add_subcommand(name, meaning);
    command.callback([request, act, &exit_status] { exit_status = act(*request); });
    return command;
  };

  CLI::App& init_command = add("init", "Write a glimpse-policy.json to start from", init);
  init_command.add_option("BINARY", request->binary, "Propose the namespaces of this program or library");
  init_command.add_option("-o,--output", request->file, "File to write; - is standard output [glimpse-policy.json]");
  init_command.add_flag("--force", request->force, "Overwrite the file");
  init_command.preparse_callback([request](std::size_t) { request->file = policy::kPolicyFileName; });

  CLI::App& check_command = add("check", "Say what is wrong with a policy; exit status 1 where something is", check);
  check_command.add_option("FILE", request->file, "The policy file; without it, the one that is in force");
  check_command.add_option("BINARY,--binary", request->binary,
                           "Warn of entries that match nothing in this program or library");

  CLI::App& explain_command =
      add("explain", "Say whether a function is recorded, and why; exit status 1 where it is not", explain);
  explain_command.add_option("NAME", request->name, "A function such as app::db::query or 'app::put(int)'")->required();
  explain_command.add_option("BINARY,--binary", request->binary,
                             "Look the function up in this program or library; NAME may have wildcards");
  explain_command.add_option("--module", request->module, "The module the function is in: a namespace, or a binary");
  add_policy_option(explain_command, *request);

  CLI::App& list_command = add("list", "List the functions of a binary: + recorded, - not, module, function", list);
  list_command.add_option("BINARY", request->binary, "Program or library")->required();
  CLI::Option* recorded = list_command.add_flag("--recorded", request->only_recorded, "Only what is recorded");
  list_command.add_flag("--skipped", request->only_skipped, "Only what is not recorded")->excludes(recorded);
  add_policy_option(list_command, *request);
}

}  // namespace glimpse::cli
