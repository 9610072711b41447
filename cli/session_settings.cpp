#include "cli/session_settings.h"

#include <signal.h>

#include <string_view>
#include <utility>

namespace glimpse::cli {

namespace {

std::string attribute(const Options& options, std::string_view key) {
  for (const auto& [name, value] : options.resource_attributes) {
    if (name == key) return value;
  }
  return {};
}

std::string first_of(std::string one, std::string other) { return one.empty() ? std::move(other) : std::move(one); }

writers::Level record_level(Level level) {
  switch (level) {
    case Level::kDebug:
      return writers::Level::kDebug;
    case Level::kInfo:
      return writers::Level::kInfo;
    case Level::kWarning:
      return writers::Level::kWarning;
    case Level::kError:
      return writers::Level::kError;
    case Level::kFatal:
      return writers::Level::kFatal;
  }
  return writers::Level::kInfo;
}

}  // namespace

std::string service_of(const Options& options) {
  return first_of(options.service_name, attribute(options, "service.name"));
}

std::string environment_of(const Options& options) {
  const auto named =
      first_of(attribute(options, "deployment.environment.name"), attribute(options, "deployment.environment"));
  return first_of(named, options.environment_name);
}

namespace {

collector::Overflow overflow_mode(Overflow overflow) {
  switch (overflow) {
    case Overflow::kDrop:
      return collector::Overflow::kDrop;
    case Overflow::kOverwrite:
      return collector::Overflow::kOverwrite;
    case Overflow::kFlight:
      return collector::Overflow::kFlight;
    default:
      return collector::Overflow::kBlock;
  }
}

int signal_number(SnapshotSignal signal) {
  return signal == SnapshotSignal::kUsr1 ? SIGUSR1 : signal == SnapshotSignal::kUsr2 ? SIGUSR2 : 0;
}

}  // namespace

collector::Settings session_settings(const Options& options, policy::Policy policy) {
  collector::Settings settings;
  settings.policy = std::move(policy);
  settings.level = record_level(options.level);
  settings.flush_interval = options.flush_interval_ms;
  settings.ring_bytes = options.ring_bytes;
  settings.overflow = overflow_mode(options.overflow);
  settings.enqueue_timeout = options.enqueue_timeout_ms;
  settings.max_field_length = options.max_field_length;
  settings.stack_frames = options.stack_frames;
  settings.patch_excluded = options.patch_excluded;
  settings.snapshot_signal = signal_number(options.snapshot_signal);
  settings.whole_calls = options.records == Records::kCalls;
  settings.service = service_of(options);
  settings.repository = attribute(options, "vcs.repository.url.full");
  settings.environment = environment_of(options);
  return settings;
}

}  // namespace glimpse::cli
