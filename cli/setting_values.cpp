#include "cli/setting_values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <optional>

#include "cli/value_text.h"
#include "writers/field_set.h"

namespace glimpse::cli {

namespace {

struct Suffix {
  std::string_view text;
  std::uint64_t factor;
};

// A number and one of the suffixes; nothing where it is neither, or does not fit 64 bits.
template <std::size_t Size>
std::optional<std::uint64_t> number_with_suffix(std::string_view text, const std::array<Suffix, Size>& suffixes) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{}) return std::nullopt;
  const std::string rest = lower(text.substr(static_cast<std::size_t>(end - text.data())));
  for (const auto& suffix : suffixes) {
    if (rest != suffix.text) continue;
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(number, suffix.factor, &product)) return std::nullopt;
    return product;
  }
  return std::nullopt;
}

bool within(std::uint64_t value, const Limits& limits) {
  if (limits.rule == NumberRule::kPowerOfTwo && !std::has_single_bit(value)) return false;
  return value >= limits.least && value <= limits.most;
}

}  // namespace

Result<std::string> parse_value(option_types::Text, std::string_view text, const Limits&) { return std::string(text); }

Result<std::vector<std::string>> parse_value(option_types::KeyList, std::string_view text, const Limits&) {
  if (const auto known = writers::FieldSet::parse(text); !known) return Error{": " + known.error().message};
  const auto parts = split_list(text);
  return std::vector<std::string>(parts.begin(), parts.end());
}

Result<std::uint64_t> parse_value(option_types::Bytes, std::string_view text, const Limits& limits) {
  constexpr std::uint64_t kKi = 1024;
  constexpr std::array<Suffix, 11> kSuffixes{{{"", 1},
                                              {"b", 1},
                                              {"k", kKi},
                                              {"kb", kKi},
                                              {"kib", kKi},
                                              {"m", kKi * kKi},
                                              {"mb", kKi * kKi},
                                              {"mib", kKi * kKi},
                                              {"g", kKi * kKi * kKi},
                                              {"gb", kKi * kKi * kKi},
                                              {"gib", kKi * kKi * kKi}}};
  const auto value = number_with_suffix(trim(text), kSuffixes);
  if (value && within(*value, limits)) return *value;
  const char* const kind = limits.rule == NumberRule::kPowerOfTwo ? "a power of two" : "a size";
  return must_be(fmt::format("{} from {} to {}", kind, show_bytes(limits.least), show_bytes(limits.most)), text);
}

Result<std::uint32_t> parse_value(option_types::Count, std::string_view text, const Limits& limits) {
  constexpr std::array<Suffix, 1> kSuffixes{{{"", 1}}};
  const auto value = number_with_suffix(trim(text), kSuffixes);
  if (value && within(*value, limits)) return static_cast<std::uint32_t>(*value);
  return must_be(fmt::format("a number from {} to {}", limits.least, limits.most), text);
}

Result<std::chrono::milliseconds> parse_value(option_types::Milliseconds, std::string_view text, const Limits& limits) {
  constexpr std::array<Suffix, 1> kSuffixes{{{"", 1}}};
  const auto value = number_with_suffix(trim(text), kSuffixes);
  if (value && within(*value, limits)) return std::chrono::milliseconds(*value);
  return must_be(fmt::format("{} to {} milliseconds", limits.least, limits.most), text);
}

Result<bool> parse_value(option_types::Switch, std::string_view text, const Limits&) {
  const std::string word = lower(trim(text));
  if (word == "1" || word == "true" || word == "yes" || word == "on") return true;
  if (word == "0" || word == "false" || word == "no" || word == "off") return false;
  return must_be("1, true, yes, on or 0, false, no, off", text);
}

Result<Level> parse_value(option_types::Level, std::string_view text, const Limits&) {
  const std::string word = lower(trim(text));
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError, Level::kFatal}) {
    if (word == lower(show_value(level))) return level;
  }
  if (word == "warn") return Level::kWarning;
  return must_be("DEBUG, INFO, WARNING, ERROR or FATAL", text, {"DEBUG", "INFO", "WARNING", "ERROR", "FATAL"});
}

Result<Format> parse_value(option_types::Format, std::string_view text, const Limits&) {
  const std::string word = lower(trim(text));
  if (word == "jsonl" || word == "json") return Format::kJsonl;
  if (word == "glimpse") return Format::kGlimpse;
  return must_be("jsonl (json) or glimpse", text, {"jsonl", "json", "glimpse"});
}

Result<Compression> parse_value(option_types::Compression, std::string_view text, const Limits&) {
  const std::string word = lower(trim(text));
  if (word == "none") return Compression::kNone;
  if (word == "gzip" || word == "gz") return Compression::kGzip;
  if (word == "zstd" || word == "zst") return Compression::kZstd;
  return must_be("none, gzip or zstd", text, {"none", "gzip", "zstd"});
}

Result<Records> parse_value(option_types::Records, std::string_view text, const Limits&) {
  const std::string word = lower(trim(text));
  if (word == "entries") return Records::kEntries;
  if (word == "calls") return Records::kCalls;
  return must_be("entries or calls", text, {"entries", "calls"});
}

Result<Overflow> parse_value(option_types::Overflow, std::string_view text, const Limits&) {
  const std::string word = lower(trim(text));
  if (word == "block") return Overflow::kBlock;
  if (word == "drop") return Overflow::kDrop;
  if (word == "overwrite") return Overflow::kOverwrite;
  if (word == "flight") return Overflow::kFlight;
  return must_be("block, drop, overwrite or flight", text, {"block", "drop", "overwrite", "flight"});
}

Result<SnapshotSignal> parse_value(option_types::SnapshotSignal, std::string_view text, const Limits&) {
  const std::string word = lower(text);
  if (word == "usr1" || word == "sigusr1") return SnapshotSignal::kUsr1;
  if (word == "usr2" || word == "sigusr2") return SnapshotSignal::kUsr2;
  if (word == "none") return SnapshotSignal::kNone;
  return must_be("USR1, USR2 or none", text, {"USR1", "USR2", "none"});
}

Result<BackPressure> parse_value(option_types::BackPressure, std::string_view text, const Limits&) {
  const std::string word = lower(text);
  if (word == "auto") return BackPressure::kAuto;
  if (word == "on" || word == "1") return BackPressure::kOn;
  if (word == "off" || word == "0") return BackPressure::kOff;
  return must_be("auto, on or off", text, {"auto", "on", "off"});
}

Result<Clock> parse_value(option_types::Clock, std::string_view text, const Limits&) {
  const std::string word = lower(trim(text));
  if (word == "auto") return Clock::kAuto;
  if (word == "monotonic") return Clock::kMonotonic;
  return must_be("auto or monotonic", text, {"auto", "monotonic"});
}

Result<Scrub> parse_value(option_types::Scrub, std::string_view text, const Limits&) {
  const std::string word = lower(trim(text));
  for (const Scrub scrub : {Scrub::kNone, Scrub::kNetwork, Scrub::kAll}) {
    if (word == show_value(scrub)) return scrub;
  }
  return must_be("none, network or all", text, {"none", "network", "all"});
}

Result<std::vector<Destination>> parse_value(option_types::DestinationList, std::string_view text, const Limits&) {
  constexpr std::string_view kAllowed = "a comma list of jsonl (json), sqlite, otlp (jaeger)";
  std::vector<Destination> destinations;
  for (const auto part : split_list(text)) {
    const std::string word = lower(part);
    Destination one = Destination::kJsonl;
    if (word == "sqlite") {
      one = Destination::kSqlite;
    } else if (word == "otlp" || word == "jaeger") {
      one = Destination::kOtlp;
    } else if (word != "jsonl" && word != "json") {
      return must_be(kAllowed, part, {"jsonl", "json", "sqlite", "otlp", "jaeger"});
    }
    if (std::ranges::find(destinations, one) == destinations.end()) destinations.push_back(one);
  }
  if (destinations.empty()) return must_be(kAllowed, text);
  return destinations;
}

Result<option_types::Attributes::Value> parse_value(option_types::Attributes, std::string_view text, const Limits&) {
  option_types::Attributes::Value pairs;
  for (const auto part : split_list(text)) {
    const auto equals = part.find('=');
    const auto key = trim(part.substr(0, equals));
    const auto value = equals == std::string_view::npos ? std::nullopt : percent_decoded(trim(part.substr(equals + 1)));
    if (key.empty() || !value) return must_be("a comma list of key=value, values percent-encoded", part);
    pairs.emplace_back(key, *value);
  }
  return pairs;
}

std::string show_value(const std::string& value) { return value.empty() ? "nothing" : value; }

std::string show_value(const std::vector<std::string>& value) {
  return value.empty() ? "every key" : fmt::format("{}", fmt::join(value, ","));
}

std::string show_value(std::uint64_t value) { return fmt::format("{}", value); }

std::string show_value(std::uint32_t value) { return fmt::format("{}", value); }

std::string show_value(std::chrono::milliseconds value) { return fmt::format("{}", value.count()); }

std::string show_value(bool value) { return value ? "1" : "0"; }

std::string show_value(Level value) {
  switch (value) {
    case Level::kDebug:
      return "DEBUG";
    case Level::kInfo:
      return "INFO";
    case Level::kWarning:
      return "WARNING";
    case Level::kError:
      return "ERROR";
    case Level::kFatal:
      return "FATAL";
  }
  return "INFO";
}

std::string show_value(Format value) { return value == Format::kGlimpse ? "glimpse" : "jsonl"; }

std::string show_value(Compression value) {
  switch (value) {
    case Compression::kGzip:
      return "gzip";
    case Compression::kZstd:
      return "zstd";
    default:
      return "none";
  }
}

std::string show_value(Records value) { return value == Records::kCalls ? "calls" : "entries"; }

std::string show_value(Overflow value) {
  switch (value) {
    case Overflow::kDrop:
      return "drop";
    case Overflow::kOverwrite:
      return "overwrite";
    case Overflow::kFlight:
      return "flight";
    default:
      return "block";
  }
}

std::string show_value(SnapshotSignal value) {
  return value == SnapshotSignal::kUsr1 ? "USR1" : value == SnapshotSignal::kUsr2 ? "USR2" : "none";
}

std::string show_value(BackPressure value) {
  return value == BackPressure::kOn ? "on" : value == BackPressure::kOff ? "off" : "auto";
}
std::string show_value(Clock value) { return value == Clock::kMonotonic ? "monotonic" : "auto"; }

std::string show_value(Scrub value) {
  switch (value) {
    case Scrub::kNone:
      return "none";
    case Scrub::kAll:
      return "all";
    default:
      return "network";
  }
}

std::string show_value(const std::vector<Destination>& value) {
  std::vector<std::string> words;
  for (const Destination one : value) {
    words.emplace_back(one == Destination::kSqlite ? "sqlite" : one == Destination::kOtlp ? "otlp" : "jsonl");
  }
  return fmt::format("{}", fmt::join(words, ","));
}

std::string show_value(const option_types::Attributes::Value& value) {
  std::string pairs;
  for (const auto& [key, text] : value) pairs += (pairs.empty() ? "" : ",") + key + "=" + text;
  return show_value(pairs);
}

std::string show_bytes(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 3> kUnits{" KiB", " MiB", " GiB"};
  std::string_view unit;
  for (const auto next : kUnits) {
    if (bytes < 1024 || bytes % 1024 != 0) break;
    bytes /= 1024;
    unit = next;
  }
  return fmt::format("{}{}", bytes, unit);
}

}  // namespace glimpse::cli
