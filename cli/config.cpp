#include "cli/config.h"

#include <fmt/format.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

#include "cli/did_you_mean.h"
#include "cli/env_file.h"
#include "cli/messages.h"
#include "cli/settings.h"

namespace glimpse::cli {

namespace {

constexpr std::uintmax_t kMaxEnvFileBytes = 1 << 20;

constexpr std::string_view kPrefix = "GLIMPSE_";

// Where a recording goes that nobody gave a name: its format is told by it.
constexpr const char* kRecordingPath = "trace.glimpse";

// The variable of ours that `name` was probably meant to be; empty where it is ours already or nobody's business.
//   GLIMPSE_LOGPATH   the prefix is right and the rest is near a name
//   GLIMSE_LOG_PATH   the rest is a name and the prefix is nearly right
std::string meant_variable(std::string_view name) {
  const auto& known = known_variables();
  if (std::ranges::find(known, name) != known.end()) return {};
  std::vector<std::string> rests;
  for (const auto& candidate : known) {
    if (candidate.starts_with(kPrefix)) rests.push_back(candidate.substr(kPrefix.size()));
  }
  const std::string_view word = kPrefix.substr(0, kPrefix.size() - 1);
  std::string_view begin = name.substr(0, word.size());
  std::string rest(name.substr(begin.size()));
  if (std::ranges::equal(begin, word, [](unsigned char a, unsigned char b) { return std::toupper(a) == b; })) {
    if (rest.starts_with('_')) rest.erase(0, 1);
    const std::string found = nearest_word(rest, rests);
    return found.empty() ? "" : std::string(kPrefix) + found;
  }
  begin = name.substr(0, name.find('_'));
  rest = name.substr(std::min(begin.size() + 1, name.size()));
  const bool is_name = std::ranges::find(rests, rest) != rests.end();
  return is_name && !nearest_word(begin, {std::string(word)}).empty() ? std::string(kPrefix) + rest : "";
}

// Collects values from the lowest source to the highest.
class Loader {
 public:
  void read_env_file(const std::filesystem::path& path) {
    std::error_code failure;
    const auto status = std::filesystem::status(path, failure);
    if (!std::filesystem::is_regular_file(status)) return;  // often a folder: Python's virtual environments
    const std::string name = path.filename().string();
    if (const auto size = std::filesystem::file_size(path, failure); failure || size > kMaxEnvFileBytes) {
      return warn(fmt::format("{}: larger than 1 MiB; the file is ignored", name));
    }
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return warn(fmt::format("{}: {}; the file is ignored", name, std::strerror(errno)));
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    auto file = parse_env_file(text, name);
    for (auto& warning : file.warnings) warn(std::move(warning));
    for (const auto& entry : file.entries) {
      const std::string where = fmt::format("{}:{}: {}", name, entry.line, entry.name);
      const auto* setting = setting_of_variable(entry.name);
      if (setting != nullptr && !setting->in_env_file()) {
        if (entry.name.starts_with("GLIMPSE_")) warn(where + " is read from the environment only; ignored");
        continue;
      }
      take(where, entry.name, entry.value);
    }
  }

  void read_environment(const Variables& environment) {
    for (const auto& [name, value] : environment) take(name, name, value);
  }

  void read_command_line(const Variables& command_line) {
    for (const auto& [flag, text] : command_line) {
      if (const auto* setting = setting_of_flag(flag)) assign("--" + flag, *setting, text);
    }
  }

  Configuration finish() {
    if (!named_output_ && result_.options.format == Format::kGlimpse) result_.options.log_path = kRecordingPath;
    for (const auto& [index, setting] : pending_) {
      result_.warnings[index] += fmt::format("; using {}", setting->show(result_.options));
    }
    return std::move(result_);
  }

 private:
  // `where` is what a message calls the variable `name`.
  void take(const std::string& where, const std::string& name, const std::string& value) {
    if (const auto* setting = setting_of_variable(name)) {
      if (!value.empty()) assign(where, *setting, value);
      return;
    }
    const std::string meant = meant_variable(name);
    if (!meant.empty()) warn(fmt::format("{} is not a setting of glimpse (did you mean {}?); ignored", where, meant));
  }

  void assign(const std::string& where, const Setting& setting, std::string_view text) {
    const auto done = setting.assign(result_.options, text);
    if (setting.variable == "GLIMPSE_LOG_PATH") named_output_ = true;
    if (done) return;
    pending_.emplace_back(result_.warnings.size(), &setting);
    warn(where + done.error().message);
  }

  void warn(std::string line) { result_.warnings.push_back(std::move(line)); }

  Configuration result_;
  bool named_output_ = false;
  // Warnings that end with the value used, which a higher source may still change.
  std::vector<std::pair<std::size_t, const Setting*>> pending_;
};

}  // namespace

Configuration load_options(const Variables& environment, const std::filesystem::path& directory,
                           const Variables& command_line) {
  Loader loader;
  loader.read_env_file(directory / ".env");
  if (const auto found = environment.find("GLIMPSE_ENV"); found != environment.end() && !found->second.empty()) {
    const bool plain = found->second.find('/') == std::string::npos;
    if (plain) loader.read_env_file(directory / (".env." + found->second));
  }
  loader.read_environment(environment);
  loader.read_command_line(command_line);
  return loader.finish();
}

Variables process_environment() {
  Variables variables;
  if (getauxval(AT_SECURE) != 0) return variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

Options load_options_and_warn(const Variables& command_line) {
  std::error_code failure;
  const auto directory = std::filesystem::current_path(failure);
  auto loaded = load_options(process_environment(), directory, command_line);
  for (const auto& warning : loaded.warnings) say(warning);
  return std::move(loaded.options);
}

}  // namespace glimpse::cli
