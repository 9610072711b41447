#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "runtime/settings.h"
#include "runtime/syscalls.h"
#include "runtime/text.h"

// The dynamic linker's: where the stack began. Null in a C library that has no such thing.
extern "C" __attribute__((weak)) void* __libc_stack_end;

namespace glimpse::runtime {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_word(const char* a, const char* b) {
  while (*a != 0 && lower(*a) == lower(*b)) ++a, ++b;
  return lower(*a) == lower(*b);
}

// Digits with an optional k, M or G (and i, B): 64k, 1MiB. False where the text is anything else.
bool parse_number(const char* text, std::uint64_t& number) {
  std::uint64_t value = 0;
  const char* at = text;
  while (*at >= '0' && *at <= '9') {
    if (value > (std::uint64_t{1} << 40)) return false;
    value = value * 10 + static_cast<std::uint64_t>(*at++ - '0');
  }
  if (at == text) return false;
  switch (lower(*at)) {
    case 'k':
      value <<= 10, ++at;
      break;
    case 'm':
      value <<= 20, ++at;
      break;
    case 'g':
      value <<= 30, ++at;
      break;
    default:
      break;
  }
  if (lower(*at) == 'i') ++at;
  if (lower(*at) == 'b') ++at;
  if (*at != 0) return false;
  number = value;
  return true;
}

bool is_plain_number(const char* text) {
  while (*text >= '0' && *text <= '9') ++text;
  return *text == 0;
}

void apply_switch(const char* value, bool& setting) {
  if (same_word(value, "0") || same_word(value, "false") || same_word(value, "no") || same_word(value, "off")) {
    setting = false;
  } else if (same_word(value, "1") || same_word(value, "true") || same_word(value, "yes") || same_word(value, "on")) {
    setting = true;
  }
}

void apply(Settings& settings, const char* name, const char* value) {
  std::uint64_t number = 0;
  if (same_text(name, "GLIMPSE_ENABLED")) {
    apply_switch(value, settings.enabled);
  } else if (same_text(name, "GLIMPSE_PATCH_EXCLUDED")) {
    apply_switch(value, settings.patch_excluded);
  } else if (same_text(name, "GLIMPSE_RING_BYTES")) {
    if (parse_number(value, number) && number >= wire::kMinRingBytes && number <= wire::kMaxRingBytes &&
        (number & (number - 1)) == 0) {
      settings.ring_bytes = number;
    }
  } else if (same_text(name, "GLIMPSE_MAX_FIELD_LENGTH")) {
    if (parse_number(value, number) && number > 0) settings.max_field_bytes = number < 65536 ? number : 65536;
  } else if (same_text(name, "GLIMPSE_STACK_FRAMES")) {
    if (is_plain_number(value) && parse_number(value, number) && number <= wire::kMaxStackFrames)
      settings.stack_frames = static_cast<std::uint32_t>(number);
  } else if (same_text(name, "GLIMPSE_ENQUEUE_TIMEOUT_MS")) {
    if (is_plain_number(value) && parse_number(value, number) && number <= 86'400'000)
      settings.enqueue_timeout_ms = static_cast<std::uint32_t>(number);
  } else if (same_text(name, "GLIMPSE_OVERFLOW")) {
    if (same_word(value, "block")) settings.overflow = wire::OverflowMode::kBlock;
    if (same_word(value, "drop")) settings.overflow = wire::OverflowMode::kDrop;
    if (same_word(value, "overwrite") || same_word(value, "flight")) settings.overflow = wire::OverflowMode::kOverwrite;
  } else if (same_text(name, "GLIMPSE_SNAPSHOT_SIGNAL")) {
    if (same_word(value, "none")) settings.snapshot_signal = 0;
    if (same_word(value, "USR1") || same_word(value, "SIGUSR1")) settings.snapshot_signal = SIGUSR1;
    if (same_word(value, "USR2") || same_word(value, "SIGUSR2")) settings.snapshot_signal = SIGUSR2;
  } else if (same_text(name, "GLIMPSE_SPOOL_DIR")) {
    const std::size_t length = text_length(value);
    if (length < sizeof(settings.spool_dir)) copy_bytes(settings.spool_dir, value, length + 1);
  }
}

// One line of a .env file: [export ]NAME=VALUE, quotes around the value, # comments. `line` is changed.
void apply_line(Settings& settings, char* line) {
  while (is_space(*line)) ++line;
  if (const char* rest = after_prefix(line, "export ")) line += rest - line;
  while (is_space(*line)) ++line;
  if (after_prefix(line, "GLIMPSE_") == nullptr) return;
  char* equals = line;
  while (*equals != 0 && *equals != '=') ++equals;
  if (*equals == 0) return;
  char* name_end = equals;
  while (name_end > line && is_space(name_end[-1])) --name_end;
  char* value = equals + 1;
  *name_end = 0;
  while (is_space(*value)) ++value;
  char* end = value;
  if (*value == '"' || *value == '\'') {
    const char quote = *value++;
    end = value;
    while (*end != 0 && *end != quote) ++end;
  } else {
    while (*end != 0 && !(*end == '#' && (end == value || is_space(end[-1])))) ++end;
    while (end > value && is_space(end[-1])) --end;
  }
  *end = 0;
  apply(settings, line, value);
}

void apply_file(Settings& settings, const char* path) {
  const int fd = sys_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return;
  static char text[16384];  // one thread attaches; its stack may be small
  const long length = sys_read(fd, text, sizeof(text) - 1);
  sys_close(fd);
  if (length <= 0) return;
  text[length] = 0;
  char* line = text;
  while (*line != 0) {
    char* end = line;
    while (*end != 0 && *end != '\n') ++end;
    const bool last = *end == 0;
    *end = 0;
    apply_line(settings, line);
    if (last) break;
    line = end + 1;
  }
}

}  // namespace

char** environment() {
  if (environ != nullptr || &__libc_stack_end == nullptr) return environ;
  // .preinit_array, or a library's initialiser that runs before libc's: where the kernel has put it, behind the
  // arguments and the null that closes them.
  const auto* start = static_cast<const std::uintptr_t*>(__libc_stack_end);
  return reinterpret_cast<char**>(const_cast<std::uintptr_t*>(start + 1 + *start + 1));
}

const char* environment_value(const char* name) {
  char** entries = environment();
  if (entries == nullptr) return nullptr;
  for (char** entry = entries; *entry != nullptr; ++entry) {
    const char* rest = after_prefix(*entry, name);
    if (rest != nullptr && *rest == '=') return rest + 1;
  }
  return nullptr;
}

bool monotonic_clock_wanted() {
  const char* clock = environment_value("GLIMPSE_CLOCK");
  return clock != nullptr && same_word(clock, "monotonic");
}

void read_settings(Settings& settings) {
  apply_file(settings, ".env");
  if (const char* name = environment_value("GLIMPSE_ENV")) {
    PathText path;
    path.add(".env.").add(name);
    apply_file(settings, path.text());
  }
  for (const char* name : {"GLIMPSE_ENABLED", "GLIMPSE_RING_BYTES", "GLIMPSE_MAX_FIELD_LENGTH", "GLIMPSE_STACK_FRAMES",
                           "GLIMPSE_ENQUEUE_TIMEOUT_MS", "GLIMPSE_OVERFLOW", "GLIMPSE_PATCH_EXCLUDED",
                           "GLIMPSE_SNAPSHOT_SIGNAL", "GLIMPSE_SPOOL_DIR"}) {
    if (const char* value = environment_value(name)) apply(settings, name, value);
  }
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
