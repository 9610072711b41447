// The settings of glimpse as one struct: a field, its type and its default for each row of options.def.
//
// C++17, so that programs may include it. Text from the environment or a command line becomes Options in
// cli/config.h; here are only the values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glimpse/level.h"

namespace glimpse {

enum class Destination : std::uint8_t { kJsonl, kSqlite, kOtlp };
enum class Format : std::uint8_t { kJsonl, kGlimpse };
enum class Compression : std::uint8_t { kNone, kGzip, kZstd };
enum class Records : std::uint8_t { kEntries, kCalls };
enum class Overflow : std::uint8_t { kBlock, kDrop, kOverwrite, kFlight };
enum class SnapshotSignal : std::uint8_t { kNone, kUsr1, kUsr2 };
// Which destinations the program waits for when they are slower than it: none, those on this machine, all.
enum class BackPressure : std::uint8_t { kOff, kAuto, kOn };
enum class Clock : std::uint8_t { kAuto, kMonotonic };
enum class Scrub : std::uint8_t { kNone, kNetwork, kAll };
enum class OtlpProtocol : std::uint8_t { kHttpProtobuf, kHttpJson };
enum class OtlpCompression : std::uint8_t { kNone, kGzip };
enum class Sampler : std::uint8_t {
  kAlwaysOn,
  kAlwaysOff,
  kTraceIdRatio,
  kParentBasedAlwaysOn,
  kParentBasedAlwaysOff,
  kParentBasedTraceIdRatio
};

// May hold a user and a password: shown without them.
struct Url {
  std::string text;
};

// Headers of requests, decoded. Their values are secrets and never shown.
struct HeaderList {
  std::vector<std::pair<std::string, std::string>> pairs;
};

// The types that options.def names. fallback() reads a default of that table, which is always well formed (a unit test
// sends each through the parser of the command line as well).
namespace option_types {

struct Text {
  using Value = std::string;
  static Value fallback(const char* text) { return text; }
};

struct Path : Text {};

// Keys of records.
struct KeyList {
  using Value = std::vector<std::string>;
  static Value fallback(const char* text) { return *text == '\0' ? Value{} : Value{text}; }
};

struct Bytes {
  using Value = std::uint64_t;
  static constexpr Value fallback(const char* text) {
    Value value = 0;
    for (; *text != '\0'; ++text) value = value * 10 + static_cast<Value>(*text - '0');
    return value;
  }
};

struct Count {
  using Value = std::uint32_t;
  static constexpr Value fallback(const char* text) { return static_cast<Value>(Bytes::fallback(text)); }
};

struct Milliseconds {
  using Value = std::chrono::milliseconds;
  static constexpr Value fallback(const char* text) { return Value(Bytes::fallback(text)); }
};

struct Switch {
  using Value = bool;
  static constexpr Value fallback(const char* text) { return *text == '1'; }
};

struct Level {
  using Value = glimpse::Level;
  static constexpr Value fallback(std::string_view text) {
    return text == "DEBUG"     ? Value::kDebug
           : text == "WARNING" ? Value::kWarning
           : text == "ERROR"   ? Value::kError
           : text == "FATAL"   ? Value::kFatal
                               : Value::kInfo;
  }
};

struct Format {
  using Value = glimpse::Format;
  static constexpr Value fallback(std::string_view text) { return text == "glimpse" ? Value::kGlimpse : Value::kJsonl; }
};

struct Compression {
  using Value = glimpse::Compression;
  static constexpr Value fallback(std::string_view text) {
    return text == "gzip" ? Value::kGzip : text == "zstd" ? Value::kZstd : Value::kNone;
  }
};

struct Records {
  using Value = glimpse::Records;
  static constexpr Value fallback(std::string_view text) { return text == "calls" ? Value::kCalls : Value::kEntries; }
};

struct Overflow {
  using Value = glimpse::Overflow;
  static constexpr Value fallback(std::string_view text) { return text == "drop" ? Value::kDrop : Value::kBlock; }
};

struct SnapshotSignal {
  using Value = glimpse::SnapshotSignal;
  static constexpr Value fallback(std::string_view text) {
    return text == "USR1" ? Value::kUsr1 : text == "USR2" ? Value::kUsr2 : Value::kNone;
  }
};

struct BackPressure {
  using Value = glimpse::BackPressure;
  static constexpr Value fallback(std::string_view text) {
    return text == "on" ? Value::kOn : text == "off" ? Value::kOff : Value::kAuto;
  }
};

struct Clock {
  using Value = glimpse::Clock;
  static constexpr Value fallback(std::string_view text) {
    return text == "monotonic" ? Value::kMonotonic : Value::kAuto;
  }
};

struct Scrub {
  using Value = glimpse::Scrub;
  static constexpr Value fallback(std::string_view text) {
    return text == "none" ? Value::kNone : text == "all" ? Value::kAll : Value::kNetwork;
  }
};

struct DestinationList {
  using Value = std::vector<Destination>;
  static Value fallback(std::string_view) { return {Destination::kJsonl}; }
};

struct Url {
  using Value = glimpse::Url;
  static Value fallback(const char* text) { return {text}; }
};

struct Headers {
  using Value = HeaderList;
  static Value fallback(std::string_view) { return {}; }
};

// A number from 0 to 1.
struct Ratio {
  using Value = double;
  static constexpr Value fallback(std::string_view) { return 1; }
};

struct OtlpProtocol {
  using Value = glimpse::OtlpProtocol;
  static constexpr Value fallback(std::string_view) { return Value::kHttpProtobuf; }
};

struct OtlpCompression {
  using Value = glimpse::OtlpCompression;
  static constexpr Value fallback(std::string_view) { return Value::kGzip; }
};

struct Sampler {
  using Value = glimpse::Sampler;
  static constexpr Value fallback(std::string_view) { return Value::kParentBasedAlwaysOn; }
};

// Pairs of key and value, as OTEL_RESOURCE_ATTRIBUTES has them.
struct Attributes {
  using Value = std::vector<std::pair<std::string, std::string>>;
  static Value fallback(std::string_view) { return {}; }
};

}  // namespace option_types

struct Options {
#define OPTION(field, type, default_text, variable, flag, meaning) \
  option_types::type::Value field = option_types::type::fallback(default_text);
#include "glimpse/options.def"
};

}  // namespace glimpse
