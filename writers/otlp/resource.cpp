#include "writers/otlp/resource.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace glimpse::writers::otlp {
namespace {

using Value = decltype(Attribute::value);

void set(Attributes& attributes, std::string_view key, Value value) {
  const auto known = std::ranges::find(attributes, key, &Attribute::key);
  if (known == attributes.end()) {
    attributes.push_back({std::string(key), std::move(value)});
  } else {
    known->value = std::move(value);
  }
}

void set_known(Attributes& attributes, std::string_view key, const std::string& value) {
  if (!value.empty()) set(attributes, key, value);
}

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

Attributes resource_of(const Process& process, const Settings& settings) {
  Attributes result;
  const std::string executable = file_name(process.executable);
  set(result, "service.name", executable.empty() ? "unknown_service" : "unknown_service:" + executable);
  set_known(result, "host.name", process.host);
  set(result, "process.pid", std::int64_t{process.pid});
  if (process.ppid != 0) set(result, "process.parent_pid", std::int64_t{process.ppid});
  set_known(result, "process.executable.name", executable);
  set_known(result, "process.executable.path", process.executable);
  if (!process.command.empty()) set(result, "process.command_args", process.command);
  set_known(result, "process.working_directory", process.cwd);
  for (const auto& [key, value] : settings.resource_attributes) set(result, key, value);
  set_known(result, "service.name", process.service);
  set_known(result, "deployment.environment.name", process.environment);
  set(result, "telemetry.sdk.name", "glimpse");
  set(result, "telemetry.sdk.language", "cpp");
  set(result, "telemetry.sdk.version", GLIMPSE_VERSION);
  return result;
}

}  // namespace glimpse::writers::otlp
