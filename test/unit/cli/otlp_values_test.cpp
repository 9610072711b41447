#include <gtest/gtest.h>

#include "cli/config.h"
#include "cli/settings.h"
#include "writers/otlp/settings.h"

namespace glimpse::cli {
namespace {

using Lines = std::vector<std::string>;

struct Value {
  const char* variable;
  const char* text;
  const char* shown;  // or the warning
};

class GoodOtlpValue : public testing::TestWithParam<Value> {};

TEST_P(GoodOtlpValue, IsTakenAndShownWithoutItsSecrets) {
  const auto [variable, text, shown] = GetParam();
  const auto loaded = load_options({{variable, text}}, "/nonexistent");
  EXPECT_EQ(loaded.warnings, Lines{});
  EXPECT_EQ(setting_of_variable(variable)->show(loaded.options), shown);
}

INSTANTIATE_TEST_SUITE_P(
    Config, GoodOtlpValue,
    testing::Values(Value{"GLIMPSE_JAEGER_ENDPOINT", "http://host:4318", "http://host:4318"},
                    Value{"OTEL_EXPORTER_OTLP_ENDPOINT", " HTTPS://me:secret@host/x?key=secret ", "HTTPS://host/x"},
                    Value{"OTEL_EXPORTER_OTLP_HEADERS", "api-key=secret, x-b=s%20e", "api-key=***,x-b=***"},
                    Value{"OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "http/json"},
                    Value{"OTEL_EXPORTER_OTLP_PROTOCOL", "HTTP/protobuf", "http/protobuf"},
                    Value{"OTEL_EXPORTER_OTLP_COMPRESSION", "none", "none"},
                    Value{"OTEL_EXPORTER_OTLP_TIMEOUT", "250", "250"},
                    Value{"OTEL_TRACES_SAMPLER", "traceidratio", "traceidratio"},
                    Value{"OTEL_TRACES_SAMPLER", "parentbased_always_off", "parentbased_always_off"},
                    Value{"OTEL_TRACES_SAMPLER_ARG", "0.25", "0.25"}, Value{"GLIMPSE_SPANS_PER_SECOND", "1000", "1000"},
                    Value{"GLIMPSE_MIN_DURATION_US", "100", "100"}, Value{"GLIMPSE_OTLP_INTERVAL_MS", "500", "500"}));

class WrongOtlpValue : public testing::TestWithParam<Value> {};

TEST_P(WrongOtlpValue, GivesOneLineThatTellsNoSecret) {
  const auto [variable, text, line] = GetParam();
  const auto loaded = load_options({{variable, text}}, "/nonexistent");
  EXPECT_EQ(loaded.warnings, Lines{line});
}

#define URL " must be a URL that begins with http:// or https:// and a host; using nothing"
#define HEADERS                                                                                                  \
  "OTEL_EXPORTER_OTLP_HEADERS must be a comma list of key=value, values percent-encoded (its text is not shown " \
  "here); using nothing"
INSTANTIATE_TEST_SUITE_P(
    Config, WrongOtlpValue,
    testing::Values(
        Value{"OTEL_EXPORTER_OTLP_ENDPOINT", "me:secret@host:4318", "OTEL_EXPORTER_OTLP_ENDPOINT" URL},
        Value{"GLIMPSE_JAEGER_ENDPOINT", "file:///etc/passwd", "GLIMPSE_JAEGER_ENDPOINT" URL},
        Value{"GLIMPSE_JAEGER_ENDPOINT", "http:///x", "GLIMPSE_JAEGER_ENDPOINT" URL},
        Value{"GLIMPSE_JAEGER_ENDPOINT", "http://a b", "GLIMPSE_JAEGER_ENDPOINT" URL},
        Value{"OTEL_EXPORTER_OTLP_HEADERS", "secret", HEADERS},
        Value{"OTEL_EXPORTER_OTLP_HEADERS", "a b=secret", HEADERS},
        Value{"OTEL_EXPORTER_OTLP_HEADERS", "key=secret%0d%0aother: x", HEADERS},
        Value{"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc",
              "OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf or http/json, got \"grpc\": glimpse speaks HTTP, to "
              "port 4318 of most servers; using http/protobuf"},
        Value{"OTEL_EXPORTER_OTLP_COMPRESSION", "zstd",
              "OTEL_EXPORTER_OTLP_COMPRESSION must be gzip or none, got \"zstd\"; using gzip"},
        Value{"OTEL_TRACES_SAMPLER", "traceidrato",
              "OTEL_TRACES_SAMPLER must be always_on, always_off, traceidratio or one of them with parentbased_ before "
              "it, got \"traceidrato\" (did you mean traceidratio?); using parentbased_always_on"},
        Value{"OTEL_TRACES_SAMPLER_ARG", "1.5",
              "OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, got \"1.5\"; using 1"},
        Value{"OTEL_TRACES_SAMPLER_ARG", "nan",
              "OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, got \"nan\"; using 1"}));
#undef URL
#undef HEADERS

TEST(OtlpValues, ReachTheDestinationsSettings) {
  const auto loaded = load_options({{"GLIMPSE_JAEGER_ENDPOINT", "http://host:1"},
                                    {"OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20b"},
                                    {"OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"},
                                    {"OTEL_TRACES_SAMPLER", "traceidratio"},
                                    {"OTEL_TRACES_SAMPLER_ARG", "0.5"},
                                    {"GLIMPSE_MIN_DURATION_US", "3"},
                                    {"OTEL_SERVICE_NAME", "shop"}},
                                   "/nonexistent");
  const auto settings = writers::otlp::settings_of(loaded.options);
  EXPECT_EQ(settings.traces.url, "http://host:1/v1/traces");
  EXPECT_EQ(settings.traces.headers.at(0).second, "a b");
  EXPECT_EQ(settings.encoding, writers::otlp::Encoding::kJson);
  EXPECT_EQ(settings.sampling_ratio, 0.5);
  EXPECT_EQ(settings.min_duration_ns, 3'000u);
  EXPECT_EQ(settings.resource_attributes.back().second, "shop");
}

}  // namespace
}  // namespace glimpse::cli
