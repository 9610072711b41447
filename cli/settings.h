// The table of options.def as data that can be walked: what help, man page, documentation, completion and parsing use.
//
// Threads: everything here is constant.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/options.h"
#include "glimpse/result.h"

namespace glimpse::cli {

struct Setting {
  std::string_view type;
  std::string_view fallback;
  std::string_view variable;  // `GLIMPSE_RING_BYTES`
  std::string_view flag;      // `ring-bytes`; empty where there is no option of that name
  std::string_view meaning;

  // Reads `text` into its field. The Error continues a sentence that begins with the setting's name.
  Result<void> (*assign)(Options& options, std::string_view text);
  std::string (*show)(const Options& options);

  // Whether .env files may set it.
  bool in_env_file() const {
    return variable.starts_with("GLIMPSE_") && variable != "GLIMPSE_ENV" && variable != "GLIMPSE_CLOCK";
  }
};

std::span<const Setting> settings();

// Null where there is none.
const Setting* setting_of_variable(std::string_view variable);
const Setting* setting_of_flag(std::string_view flag);

// Every name that a variable of glimpse may have, for finding the right one near a wrong one.
const std::vector<std::string>& known_variables();

// The table as documentation writes it: one line a setting.
std::string settings_as_markdown();
std::string settings_as_roff();
std::string settings_as_text();

}  // namespace glimpse::cli
