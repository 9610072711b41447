#include "cli/memo.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "cli/session_settings.h"
#include "cli/settings.h"

namespace glimpse::cli {

namespace {

// From the root, wherever it is read. A folder may have a percent sign in its name, which an output path reads.
std::string output_from_root(const std::string& path) {
  std::error_code failure;
  if (std::filesystem::path(path).is_absolute()) return path;
  std::string folder;
  for (const char c : std::filesystem::current_path(failure).string()) folder += c == '%' ? "%%" : std::string(1, c);
  return failure ? path : folder + "/" + path;
}

std::string from_root(const std::string& path) {
  std::error_code failure;
  const auto absolute = std::filesystem::absolute(path, failure);
  return failure ? path : absolute.string();
}

}  // namespace

std::string write_memo(const Options& options, const policy::Policy& policy) {
  std::string memo;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) memo += fmt::format("{}={}", name, value) + '\0';
  };
  add("GLIMPSE_LEVEL", setting_of_variable("GLIMPSE_LEVEL")->show(options));
  add("GLIMPSE_DEST", setting_of_variable("GLIMPSE_DEST")->show(options));
  add("GLIMPSE_QUEUE_BYTES", fmt::format("{}", options.queue_bytes));
  add("GLIMPSE_FORMAT", setting_of_variable("GLIMPSE_FORMAT")->show(options));
  add("GLIMPSE_DB_PATH", from_root(options.db_path));
  if (!options.dlq_path.empty()) add("GLIMPSE_DLQ_PATH", from_root(options.dlq_path));
  add("GLIMPSE_RECORDS", setting_of_variable("GLIMPSE_RECORDS")->show(options));
  add("GLIMPSE_TRACE_ID", setting_of_variable("GLIMPSE_TRACE_ID")->show(options));
  if (options.log_path != "-") add("GLIMPSE_LOG_PATH", output_from_root(options.log_path));
  for (const char* variable :
       {"GLIMPSE_MAX_FILE_BYTES", "GLIMPSE_MAX_FILES", "GLIMPSE_COMPRESS", "GLIMPSE_MIN_FREE_BYTES"}) {
    add(variable, setting_of_variable(variable)->show(options));
  }
  if (!policy.path.empty()) add("GLIMPSE_POLICY", from_root(policy.path));
  add("GLIMPSE_FIELDS", fmt::format("{}", fmt::join(options.fields, ",")));
  add("GLIMPSE_SCRUB", setting_of_variable("GLIMPSE_SCRUB")->show(options));
  if (!options.scrub_patterns.empty()) add("GLIMPSE_SCRUB_PATTERNS", from_root(options.scrub_patterns));
  add("GLIMPSE_ENV", environment_of(options));
  add("OTEL_SERVICE_NAME", service_of(options));
  return memo;
}

Variables read_memo(std::string_view memo) {
  Variables variables;
  while (!memo.empty()) {
    const std::string_view line = memo.substr(0, memo.find('\0'));
    memo.remove_prefix(std::min(memo.size(), line.size() + 1));
    const auto equals = line.find('=');
    if (equals != std::string_view::npos) variables.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return variables;
}

}  // namespace glimpse::cli
