#include "writers/otlp/settings.h"

#include <gtest/gtest.h>

#include "writers/otlp/shown_url.h"

namespace glimpse::writers::otlp {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

TEST(Settings, WithoutAnyEndpointTheLocalServerGetsBoth) {
  const Settings settings = settings_of({});
  EXPECT_EQ(settings.traces.url, "http://localhost:4318/v1/traces");
  EXPECT_EQ(settings.logs.url, "http://localhost:4318/v1/logs");
  EXPECT_EQ(settings.encoding, Encoding::kProtobuf);
  EXPECT_TRUE(settings.gzip);
}

TEST(Settings, ACommonEndpointGetsTheSignalsPathAndAnOwnOneDoesNot) {
  Options options;
  options.otlp_endpoint.text = "https://collector:4318/otlp/";
  options.otlp_logs_endpoint.text = "https://logs/ingest";
  const Settings settings = settings_of(options);
  EXPECT_EQ(settings.traces.url, "https://collector:4318/otlp/v1/traces");
  EXPECT_EQ(settings.logs.url, "https://logs/ingest");
}

TEST(Settings, TheJaegerEndpointWinsOverAllOfOpenTelemetrys) {
  Options options;
  options.jaeger_endpoint.text = "http://jaeger:4318";
  options.otlp_endpoint.text = "http://other:4318";
  options.otlp_traces_endpoint.text = "http://other:4318/x";
  EXPECT_EQ(settings_of(options).traces.url, "http://jaeger:4318/v1/traces");
  EXPECT_EQ(settings_of(options).logs.url, "http://jaeger:4318/v1/logs");
  options.jaeger_endpoint.text = "http://jaeger:4318/v1/traces";
  EXPECT_EQ(settings_of(options).traces.url, "http://jaeger:4318/v1/traces");
  EXPECT_EQ(settings_of(options).logs.url, "http://jaeger:4318/v1/logs");
}

TEST(Settings, ASignalsOwnHeadersReplaceTheCommonOnes) {
  Options options;
  options.otlp_headers.pairs = {{"api-key", "1"}};
  options.otlp_logs_headers.pairs = {{"other", "2"}};
  EXPECT_EQ(settings_of(options).traces.headers, (Headers{{"api-key", "1"}}));
  EXPECT_EQ(settings_of(options).logs.headers, (Headers{{"other", "2"}}));
}

TEST(ShownUrl, HasNoSecrets) {
  EXPECT_EQ(shown_url("https://user:pass@host:4318/v1/traces?token=x#y"), "https://host:4318/v1/traces");
  EXPECT_EQ(shown_url("http://host/a@b"), "http://host/a@b");
  EXPECT_EQ(shown_url("http://us@er:p@host"), "http://host");
  EXPECT_EQ(shown_url("user:pass@host"), "host");
}

}  // namespace
}  // namespace glimpse::writers::otlp
