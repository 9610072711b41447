#include "cli/option_flags.h"

#include "cli/settings.h"

namespace glimpse::cli {

namespace {

// What stands for the value in help.
std::string placeholder(const Setting& setting) {
  if (setting.type == "Path") return "FILE";
  if (setting.type == "KeyList") return "KEY,...";
  if (setting.type == "Bytes") return "SIZE";
  return "WORD";
}

}  // namespace

void add_setting_options(CLI::App& command, Variables& overrides, const std::vector<std::string>& flags) {
  for (const auto& flag : flags) {
    const Setting* const setting = setting_of_flag(flag);
    const std::string names = flag == "output" ? "-o,--output" : "--" + flag;
    if (setting->type == "Switch") {
      command.add_flag_callback(names, [&overrides, flag] { overrides[flag] = "1"; }, std::string(setting->meaning));
      continue;
    }
    command
        .add_option_function<std::string>(
            names, [&overrides, flag](const std::string& text) { overrides[flag] = text; },
            std::string(setting->meaning))
        ->type_name(placeholder(*setting))
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
}

}  // namespace glimpse::cli
