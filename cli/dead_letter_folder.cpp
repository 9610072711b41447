#include "cli/dead_letter_folder.h"

#include "cli/config.h"

namespace glimpse::cli {

std::string dead_letter_folder(const Options& options) {
  if (!options.dlq_path.empty()) return options.dlq_path;
  const Variables environment = process_environment();
  const auto absolute = [&](const char* name) {
    const auto found = environment.find(name);
    return found != environment.end() && found->second.starts_with('/') ? found->second : std::string();
  };
  // A relative $XDG_STATE_HOME is to be ignored, says the XDG Base Directory Specification.
  if (const std::string state = absolute("XDG_STATE_HOME"); !state.empty()) return state + "/glimpse/dlq";
  if (const std::string home = absolute("HOME"); !home.empty()) return home + "/.local/state/glimpse/dlq";
  return {};
}

}  // namespace glimpse::cli
