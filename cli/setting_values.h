// The text of one setting's value, read and shown: a function pair for each type that options.def names.
//
// Failure: the Error continues a sentence that begins with the setting's name, and says what is allowed:
// ` must be block, drop, overwrite or flight, got "blok" (did you mean block?)`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "glimpse/options.h"
#include "glimpse/result.h"

namespace glimpse::cli {

enum class NumberRule : std::uint8_t { kAny, kPowerOfTwo };

// What a number may be.
struct Limits {
  std::uint64_t least = 0;
  std::uint64_t most = UINT64_MAX;
  NumberRule rule = NumberRule::kAny;
};

Result<std::string> parse_value(option_types::Text, std::string_view text, const Limits&);
Result<std::vector<std::string>> parse_value(option_types::KeyList, std::string_view text, const Limits&);
Result<std::uint64_t> parse_value(option_types::Bytes, std::string_view text, const Limits&);
Result<std::uint32_t> parse_value(option_types::Count, std::string_view text, const Limits& limits);
Result<std::chrono::milliseconds> parse_value(option_types::Milliseconds, std::string_view text, const Limits&);
Result<bool> parse_value(option_types::Switch, std::string_view text, const Limits&);
Result<Level> parse_value(option_types::Level, std::string_view text, const Limits&);
Result<Format> parse_value(option_types::Format, std::string_view text, const Limits&);
Result<Compression> parse_value(option_types::Compression, std::string_view text, const Limits&);
Result<Records> parse_value(option_types::Records, std::string_view text, const Limits&);
Result<Overflow> parse_value(option_types::Overflow, std::string_view text, const Limits&);
Result<SnapshotSignal> parse_value(option_types::SnapshotSignal, std::string_view text, const Limits&);
Result<BackPressure> parse_value(option_types::BackPressure, std::string_view text, const Limits&);
Result<Scrub> parse_value(option_types::Scrub, std::string_view text, const Limits&);
Result<Clock> parse_value(option_types::Clock, std::string_view text, const Limits&);
Result<std::vector<Destination>> parse_value(option_types::DestinationList, std::string_view text, const Limits&);
Result<option_types::Attributes::Value> parse_value(option_types::Attributes, std::string_view text, const Limits&);
Result<Url> parse_value(option_types::Url, std::string_view text, const Limits&);
Result<HeaderList> parse_value(option_types::Headers, std::string_view text, const Limits&);
Result<double> parse_value(option_types::Ratio, std::string_view text, const Limits&);
Result<OtlpProtocol> parse_value(option_types::OtlpProtocol, std::string_view text, const Limits&);
Result<OtlpCompression> parse_value(option_types::OtlpCompression, std::string_view text, const Limits&);
Result<Sampler> parse_value(option_types::Sampler, std::string_view text, const Limits&);

// The value as a user would write it; `nothing` for an empty text.
std::string show_value(const std::string& value);
std::string show_value(const std::vector<std::string>& value);
std::string show_value(std::uint64_t value);
std::string show_value(std::uint32_t value);
std::string show_value(std::chrono::milliseconds value);
std::string show_value(bool value);
std::string show_value(Level value);
std::string show_value(Format value);
std::string show_value(Compression value);
std::string show_value(Records value);
std::string show_value(Overflow value);
std::string show_value(SnapshotSignal value);
std::string show_value(BackPressure value);
std::string show_value(Clock value);
std::string show_value(Scrub value);
std::string show_value(const std::vector<Destination>& value);
std::string show_value(const option_types::Attributes::Value& value);
std::string show_value(const Url& value);
std::string show_value(const HeaderList& value);  // the names alone
std::string show_value(double value);
std::string show_value(OtlpProtocol value);
std::string show_value(OtlpCompression value);
std::string show_value(Sampler value);

// 65536 is `64 KiB`, 1000 is `1000`.
std::string show_bytes(std::uint64_t bytes);

}  // namespace glimpse::cli
