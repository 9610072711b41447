// What a linked program must know before its collector runs: a few of the settings in include/glimpse/options.def, from
// `.env` files and the environment.
//
// A value that is wrong keeps the default here; the collector, which reads the same sources, says so.
#pragma once

#include <cstdint>

#include "glimpse/wire/session_file.h"

namespace glimpse::runtime {

struct Settings {
  Settings() = default;  // declared, so that Clang leaves it untraced like the rest

  bool enabled = true;
  std::uint64_t ring_bytes = 1 << 20;
  std::uint64_t max_field_bytes = 4096;
  std::uint32_t stack_frames = 32;
  bool patch_excluded = false;
  std::uint32_t snapshot_signal = 0;  // its number; 0: none
  std::uint32_t enqueue_timeout_ms = 10'000;
  wire::OverflowMode overflow = wire::OverflowMode::kBlock;
  char spool_dir[512] = {0};
};

void read_settings(Settings& settings);

// What `environ` will be, or is; null where it was cleared.
char** environment();

// The value of an environment variable, or null. Works before libc's own start-up is done.
const char* environment_value(const char* name);

// GLIMPSE_CLOCK=monotonic.
bool monotonic_clock_wanted();

}  // namespace glimpse::runtime
