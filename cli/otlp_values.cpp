// The values that OpenTelemetry's variables have: the part of setting_values.h that is about sending.
//
// What may be a secret stands neither in what is shown nor in an Error.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "cli/setting_values.h"
#include "cli/value_text.h"
#include "writers/otlp/shown_url.h"

namespace glimpse::cli {

namespace {

struct SamplerWord {
  std::string_view word;
  Sampler sampler;
};
constexpr std::array<SamplerWord, 6> kSamplers{{{"always_on", Sampler::kAlwaysOn},
                                                {"always_off", Sampler::kAlwaysOff},
                                                {"traceidratio", Sampler::kTraceIdRatio},
                                                {"parentbased_always_on", Sampler::kParentBasedAlwaysOn},
                                                {"parentbased_always_off", Sampler::kParentBasedAlwaysOff},
                                                {"parentbased_traceidratio", Sampler::kParentBasedTraceIdRatio}}};

// RFC 9110, section 5.6.2: what a header may be called.
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char letter) {
    return std::isalnum(letter) != 0 || std::string_view("!#$%&'*+-.^_`|~").find(letter) != std::string_view::npos;
  });
}

// Without line ends, which would begin another header.
bool is_header_value(std::string_view text) {
  return std::ranges::all_of(text,
                             [](unsigned char letter) { return (letter >= 0x20 && letter != 0x7f) || letter == '\t'; });
}

}  // namespace

Result<Url> parse_value(option_types::Url, std::string_view text, const Limits&) {
  const std::string_view url = trim(text);
  const std::string begin = lower(url.substr(0, 8));
  const bool is_http = begin.starts_with("http://") || begin.starts_with("https://");
  const std::string_view rest = url.substr(std::min(url.find("://") + 3, url.size()));
  const bool is_plain = std::ranges::all_of(url, [](unsigned char letter) { return letter > 0x20 && letter != 0x7f; });
  if (is_http && is_plain && !rest.empty() && rest.front() != '/') return Url{std::string(url)};
  return Error{" must be a URL that begins with http:// or https:// and a host"};
}

Result<HeaderList> parse_value(option_types::Headers, std::string_view text, const Limits&) {
  HeaderList headers;
  for (const auto part : split_list(text)) {
    const auto equals = part.find('=');
    const auto key = trim(part.substr(0, equals));
    const auto value = equals == std::string_view::npos ? std::nullopt : percent_decoded(trim(part.substr(equals + 1)));
    if (!is_token(key) || !value || !is_header_value(*value)) {
      return Error{" must be a comma list of key=value, values percent-encoded (its text is not shown here)"};
    }
    headers.pairs.emplace_back(key, *value);
  }
  return headers;
}

Result<double> parse_value(option_types::Ratio, std::string_view text, const Limits&) {
  const std::string_view number = trim(text);
  double value = 0;
  const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), value);
  const bool whole = failure == std::errc{} && end == number.data() + number.size();
  if (whole && value >= 0 && value <= 1) return value;
  return must_be("a number from 0 to 1", text);
}

Result<OtlpProtocol> parse_value(option_types::OtlpProtocol, std::string_view text, const Limits&) {
  const std::string word = lower(trim(text));
  if (word == "http/protobuf") return OtlpProtocol::kHttpProtobuf;
  if (word == "http/json") return OtlpProtocol::kHttpJson;
  if (word == "grpc") {
    return Error{
        " must be http/protobuf or http/json, got \"grpc\": glimpse speaks HTTP, to port 4318 of most servers"};
  }
  return must_be("http/protobuf or http/json", text, {"http/protobuf", "http/json"});
}

Result<OtlpCompression> parse_value(option_types::OtlpCompression, std::string_view text, const Limits&) {
  const std::string word = lower(trim(text));
  if (word == "gzip") return OtlpCompression::kGzip;
  if (word == "none") return OtlpCompression::kNone;
  return must_be("gzip or none", text, {"gzip", "none"});
}

Result<Sampler> parse_value(option_types::Sampler, std::string_view text, const Limits&) {
  const std::string word = lower(trim(text));
  std::vector<std::string> words;
  for (const auto& known : kSamplers) {
    if (word == known.word) return known.sampler;
    words.emplace_back(known.word);
  }
  return must_be("always_on, always_off, traceidratio or one of them with parentbased_ before it", text, words);
}

std::string show_value(const Url& value) {
  if (value.text.empty()) return "nothing";
  return writers::otlp::shown_url(value.text);
}

std::string show_value(const HeaderList& value) {
  if (value.pairs.empty()) return "nothing";
  std::string names;
  for (const auto& [name, secret] : value.pairs) names += (names.empty() ? "" : ",") + name + "=***";
  return names;
}

std::string show_value(double value) { return fmt::format("{}", value); }

std::string show_value(OtlpProtocol value) { return value == OtlpProtocol::kHttpJson ? "http/json" : "http/protobuf"; }

std::string show_value(OtlpCompression value) { return value == OtlpCompression::kGzip ? "gzip" : "none"; }

std::string show_value(Sampler value) {
  return std::string(std::ranges::find(kSamplers, value, &SamplerWord::sampler)->word);
}

}  // namespace glimpse::cli
