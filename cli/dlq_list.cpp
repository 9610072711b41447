#include "cli/dlq_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/messages.h"
#include "writers/json_text.h"
#include "writers/timestamp.h"

namespace glimpse::cli {

namespace {

using writers::DeadLetters;

std::string_view word_of(DeadLetters::State state) {
  switch (state) {
    case DeadLetters::State::kWaiting:
      return "waiting";
    case DeadLetters::State::kRefused:
      return "refused";
    case DeadLetters::State::kDamaged:
      return "damaged";
  }
  return "";
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  writers::append_escaped(result, text);
  return result + "\"";
}

std::string timestamp(std::int64_t ns) {
  char text[32];
  writers::TimestampText timestamps;
  return {text, timestamps.write(text, ns)};
}

}  // namespace

std::string rough_bytes(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  constexpr std::array kUnits = {"KiB", "MiB", "GiB", "TiB"};
  double number = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; number >= 1023.5 && unit + 1 < kUnits.size(); ++unit) number /= 1024;
  return number < 9.95 ? fmt::format("{:.1f} {}", number, kUnits[unit])
                       : fmt::format("{:.0f} {}", number, kUnits[unit]);
}

std::string rough_age(std::int64_t ns) {
  const std::int64_t seconds = std::max<std::int64_t>(ns, 0) / 1'000'000'000;
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 2 * 3600) return fmt::format("{} min", seconds / 60);
  if (seconds < 48 * 3600) return fmt::format("{} h", seconds / 3600);
  return fmt::format("{} d", seconds / 86400);
}

std::string dead_letter_line(const DeadLetters::Entry& entry, std::int64_t now_ns) {
  const std::string age = entry.time_ns != 0 ? rough_age(now_ns - entry.time_ns) : "?";
  std::string line = fmt::format("{:>7}  {:>14}  {:>8}  {}  {}  {}\n", age, counted(entry.records, "record", "records"),
                                 rough_bytes(entry.bytes), word_of(entry.state), entry.endpoint, entry.id);
  if (!entry.problem.empty()) line += fmt::format("{:>9}{}\n", "", entry.problem);
  return line;
}

std::string dead_letter_json(const DeadLetters::Entry& entry) {
  return fmt::format(
      R"({{"id":{},"state":"{}","since":{},"records":{},"bytes":{},"path":{},"endpoint":{},"problem":{}}})"
      "\n",
      quoted(entry.id), word_of(entry.state), entry.time_ns != 0 ? quoted(timestamp(entry.time_ns)) : "null",
      entry.records, entry.bytes, quoted(entry.path), quoted(entry.endpoint), quoted(entry.problem));
}

}  // namespace glimpse::cli
