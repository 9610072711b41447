#include "cli/config.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cli/settings.h"

namespace glimpse::cli {
namespace {

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() {
    std::string name = (std::filesystem::temp_directory_path() / "glimpse-config-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~ConfigTest() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }

  Configuration load(const Variables& environment, const Variables& command_line = {}) {
    return load_options(environment, folder_, command_line);
  }

  std::filesystem::path folder_;
};

using Lines = std::vector<std::string>;

TEST_F(ConfigTest, NothingSetGivesTheDefaultsWithoutAWord) {
  const auto loaded = load({{"HOME", "/home/me"}, {"PATH", "/bin"}});
  EXPECT_EQ(loaded.warnings, Lines{});
  EXPECT_EQ(loaded.options.log_path, "glimpse.jsonl");
  EXPECT_EQ(loaded.options.ring_bytes, 1U << 20);
  EXPECT_EQ(loaded.options.overflow, Overflow::kBlock);
  EXPECT_EQ(loaded.options.level, Level::kInfo);
  EXPECT_TRUE(loaded.options.enabled);
}

TEST_F(ConfigTest, TheParserReadsEveryDefaultOfTheTableAsTheStructHasIt) {
  for (const auto& setting : settings()) {
    Options options;
    const std::string before = setting.show(options);
    if (setting.fallback.empty()) continue;
    ASSERT_TRUE(setting.assign(options, setting.fallback)) << setting.variable;
    EXPECT_EQ(setting.show(options), before) << setting.variable;
  }
}

TEST_F(ConfigTest, EachSourceWinsOverTheOneBelowIt) {
  write(".env", "GLIMPSE_LOG_PATH=one\nGLIMPSE_LEVEL=DEBUG\nGLIMPSE_OVERFLOW=drop\nGLIMPSE_RING_BYTES=64k\n");
  write(".env.test", "GLIMPSE_LEVEL=WARNING\nGLIMPSE_OVERFLOW=block\nGLIMPSE_RING_BYTES=128k\n");
  const auto loaded = load({{"GLIMPSE_ENV", "test"}, {"GLIMPSE_OVERFLOW", "drop"}, {"GLIMPSE_RING_BYTES", "256k"}},
                           {{"ring-bytes", "512k"}});
  EXPECT_EQ(loaded.warnings, Lines{});
  EXPECT_EQ(loaded.options.log_path, "one");
  EXPECT_EQ(loaded.options.level, Level::kWarning);
  EXPECT_EQ(loaded.options.overflow, Overflow::kDrop);
  EXPECT_EQ(loaded.options.ring_bytes, 512U << 10);
}

TEST_F(ConfigTest, AWrongValueKeepsTheNextLowerSourcesValue) {
  write(".env", "GLIMPSE_OVERFLOW=drop\n");
  const auto loaded = load({{"GLIMPSE_OVERFLOW", "blok"}});
  EXPECT_EQ(loaded.options.overflow, Overflow::kDrop);
  EXPECT_EQ(
      loaded.warnings,
      Lines{
          "GLIMPSE_OVERFLOW must be block, drop, overwrite or flight, got \"blok\" (did you mean block?); using drop"});
}

TEST_F(ConfigTest, AWarningNamesTheValueThatIsUsedInTheEnd) {
  write(".env", "GLIMPSE_OVERFLOW=lossy\n");
  const auto loaded = load({{"GLIMPSE_OVERFLOW", "drop"}});
  EXPECT_EQ(loaded.warnings,
            Lines{".env:1: GLIMPSE_OVERFLOW must be block, drop, overwrite or flight, got \"lossy\"; using drop"});
}

TEST_F(ConfigTest, TheEnvironmentsFileIsReadOnlyWhenItIsNamed) {
  write(".env.test", "GLIMPSE_LOG_PATH=test.jsonl\n");
  EXPECT_EQ(load({}).options.log_path, "glimpse.jsonl");
  EXPECT_EQ(load({{"GLIMPSE_ENV", "test"}}).options.log_path, "test.jsonl");
}

TEST_F(ConfigTest, AnEnvironmentNameCannotLeaveTheFolder) {
  std::filesystem::create_directory(folder_ / ".env.x");
  write("secret", "GLIMPSE_LOG_PATH=elsewhere\n");
  EXPECT_EQ(load({{"GLIMPSE_ENV", "x/../secret"}}).options.log_path, "glimpse.jsonl");
}

TEST_F(ConfigTest, AFolderNamedEnvIsNobodysMistake) {
  std::filesystem::create_directory(folder_ / ".env");
  EXPECT_EQ(load({}).warnings, Lines{});
}

TEST_F(ConfigTest, AnEnvFileIsReadForOurKeysOnly) {
  write(".env", "OTEL_SERVICE_NAME=shop\nDATABASE_URL=x\nGLIMPSE_LEVEL=ERROR\n");
  const auto loaded = load({});
  EXPECT_EQ(loaded.warnings, Lines{});
  EXPECT_EQ(loaded.options.service_name, "");
  EXPECT_EQ(loaded.options.level, Level::kError);
}

TEST_F(ConfigTest, EmptyCountsAsNotSet) {
  const auto loaded = load({{"GLIMPSE_RING_BYTES", ""}, {"GLIMPSE_LOG_PATH", ""}, {"GLIMPSE_TRACE_ID", ""}});
  EXPECT_EQ(loaded.warnings, Lines{});
  EXPECT_EQ(loaded.options.log_path, "glimpse.jsonl");
}

TEST_F(ConfigTest, OpenTelemetrysAttributesAreDecoded) {
  const auto loaded = load({{"OTEL_RESOURCE_ATTRIBUTES", "service.name=my%20shop, deployment.environment=prod"}});
  EXPECT_EQ(loaded.warnings, Lines{});
  const option_types::Attributes::Value expected{{"service.name", "my shop"}, {"deployment.environment", "prod"}};
  EXPECT_EQ(loaded.options.resource_attributes, expected);
}

struct Accepted {
  const char* variable;
  const char* value;
  const char* shown;
};

class AcceptedValue : public testing::TestWithParam<Accepted> {};

TEST_P(AcceptedValue, IsTakenWithoutAWord) {
  const auto [variable, value, shown] = GetParam();
  const auto loaded = load_options({{variable, value}}, "/nonexistent");
  EXPECT_EQ(loaded.warnings, Lines{});
  EXPECT_EQ(setting_of_variable(variable)->show(loaded.options), shown);
}

INSTANTIATE_TEST_SUITE_P(
    Config, AcceptedValue,
    testing::Values(Accepted{"GLIMPSE_RING_BYTES", "64k", "65536"}, Accepted{"GLIMPSE_RING_BYTES", "65536", "65536"},
                    Accepted{"GLIMPSE_RING_BYTES", "2M", "2097152"}, Accepted{"GLIMPSE_RING_BYTES", "1MiB", "1048576"},
                    Accepted{"GLIMPSE_RING_BYTES", "1g", "1073741824"},
                    Accepted{"GLIMPSE_RING_BYTES", "128KB", "131072"}, Accepted{"GLIMPSE_ENABLED", "off", "0"},
                    Accepted{"GLIMPSE_ENABLED", "No", "0"}, Accepted{"GLIMPSE_ENABLED", "FALSE", "0"},
                    Accepted{"GLIMPSE_ENABLED", "yes", "1"}, Accepted{"GLIMPSE_ENABLED", "on", "1"},
                    Accepted{"GLIMPSE_ENABLED", "true", "1"}, Accepted{"GLIMPSE_LEVEL", "debug", "DEBUG"},
                    Accepted{"GLIMPSE_LEVEL", "Warn", "WARNING"}, Accepted{"GLIMPSE_OVERFLOW", "DROP", "drop"},
                    Accepted{"GLIMPSE_OVERFLOW", "overwrite", "overwrite"}, Accepted{"GLIMPSE_DEST", "json", "jsonl"},
                    Accepted{"GLIMPSE_DEST", " JSONL , json", "jsonl"},
                    Accepted{"GLIMPSE_DEST", "jaeger,sqlite,otlp", "otlp,sqlite"},
                    Accepted{"GLIMPSE_BACKPRESSURE", "ON", "on"}, Accepted{"GLIMPSE_ENQUEUE_TIMEOUT_MS", "0", "0"},
                    Accepted{"GLIMPSE_FIELDS", "stage, function", "stage,function"},
                    Accepted{"GLIMPSE_CLOCK", "monotonic", "monotonic"}, Accepted{"GLIMPSE_RECORDS", "Calls", "calls"},
                    Accepted{"GLIMPSE_TRACE_ID", "on", "1"}));

struct Refused {
  const char* variable;
  const char* value;
  const char* line;
};

class RefusedValue : public testing::TestWithParam<Refused> {};

TEST_P(RefusedValue, GivesOneLineAndKeepsTheDefault) {
  const auto [variable, value, line] = GetParam();
  const auto loaded = load_options({{variable, value}}, "/nonexistent");
  EXPECT_EQ(loaded.warnings, Lines{line});
  if (const auto* setting = setting_of_variable(variable)) {
    EXPECT_EQ(setting->show(loaded.options), setting->show(Options{}));
  }
}

#define RING "GLIMPSE_RING_BYTES must be a power of two from 64 KiB to 1 GiB, got "
#define SWITCH "GLIMPSE_ENABLED must be 1, true, yes, on or 0, false, no, off, got "
INSTANTIATE_TEST_SUITE_P(
    Config, RefusedValue,
    testing::Values(
        Refused{"GLIMPSE_RING_BYTES", "3M", RING "\"3M\"; using 1048576"},
        Refused{"GLIMPSE_RING_BYTES", "1k", RING "\"1k\"; using 1048576"},
        Refused{"GLIMPSE_RING_BYTES", "2G", RING "\"2G\"; using 1048576"},
        Refused{"GLIMPSE_RING_BYTES", "-1", RING "\"-1\"; using 1048576"},
        Refused{"GLIMPSE_RING_BYTES", "big", RING "\"big\"; using 1048576"},
        Refused{"GLIMPSE_RING_BYTES", "1.5M", RING "\"1.5M\"; using 1048576"},
        Refused{"GLIMPSE_RING_BYTES", "64 k", RING "\"64 k\"; using 1048576"},
        Refused{"GLIMPSE_RING_BYTES", "18446744073709551616", RING "\"18446744073709551616\"; using 1048576"},
        Refused{"GLIMPSE_RING_BYTES", "17179869185G", RING "\"17179869185G\"; using 1048576"},
        Refused{"GLIMPSE_ENABLED", "maybe", SWITCH "\"maybe\"; using 1"},
        Refused{"GLIMPSE_ENABLED", "2", SWITCH "\"2\"; using 1"},
        Refused{
            "GLIMPSE_LEVEL", "INF",
            "GLIMPSE_LEVEL must be DEBUG, INFO, WARNING, ERROR or FATAL, got \"INF\" (did you mean INFO?); using INFO"},
        Refused{"GLIMPSE_LEVEL", "loud",
                "GLIMPSE_LEVEL must be DEBUG, INFO, WARNING, ERROR or FATAL, got \"loud\"; using INFO"},
        Refused{"GLIMPSE_BACKPRESSURE", "onn",
                "GLIMPSE_BACKPRESSURE must be auto, on or off, got \"onn\" (did you mean on?); using auto"},
        Refused{"GLIMPSE_DEST", "jsnl",
                "GLIMPSE_DEST must be a comma list of jsonl (json), sqlite, otlp (jaeger), got \"jsnl\" (did you mean "
                "jsonl?); using jsonl"},
        Refused{"GLIMPSE_DEST", ",",
                "GLIMPSE_DEST must be a comma list of jsonl (json), sqlite, otlp (jaeger), got \",\"; using jsonl"},
        Refused{"GLIMPSE_FLUSH_INTERVAL_MS", "0",
                "GLIMPSE_FLUSH_INTERVAL_MS must be 1 to 60000 milliseconds, got \"0\"; using 100"},
        Refused{"GLIMPSE_ENQUEUE_TIMEOUT_MS", "10s",
                "GLIMPSE_ENQUEUE_TIMEOUT_MS must be 0 to 86400000 milliseconds, got \"10s\"; using 10000"},
        Refused{"GLIMPSE_MAX_FIELD_LENGTH", "1M",
                "GLIMPSE_MAX_FIELD_LENGTH must be a size from 1 to 64 KiB, got \"1M\"; using 4096"},
        Refused{"GLIMPSE_CLOCK", "monotonous",
                "GLIMPSE_CLOCK must be auto or monotonic, got \"monotonous\" (did you mean monotonic?); using auto"},
        Refused{"OTEL_RESOURCE_ATTRIBUTES", "service.name",
                "OTEL_RESOURCE_ATTRIBUTES must be a comma list of key=value, values percent-encoded, got "
                "\"service.name\"; using nothing"},
        Refused{"OTEL_RESOURCE_ATTRIBUTES", "service.name=a%2",
                "OTEL_RESOURCE_ATTRIBUTES must be a comma list of key=value, values percent-encoded, got "
                "\"service.name=a%2\"; using nothing"},
        Refused{"GLIMPSE_TRACE_ID", "all",
                "GLIMPSE_TRACE_ID must be 1, true, yes, on or 0, false, no, off, got \"all\"; using 0"},
        Refused{"GLIMPSE_RECORDS", "call",
                "GLIMPSE_RECORDS must be entries or calls, got \"call\" (did you mean calls?); using entries"},
        Refused{"GLIMPSE_MAX_FILES", "many",
                "GLIMPSE_MAX_FILES must be a number from 0 to 1000000, got \"many\"; using 0"},
        Refused{"GLIMPSE_MAX_FILE_BYTES", "-1",
                "GLIMPSE_MAX_FILE_BYTES must be a size from 0 to 1048576 GiB, got \"-1\"; using 0"},
        Refused{"GLIMPSE_COMPRESS", "gzi",
                "GLIMPSE_COMPRESS must be none, gzip or zstd, got \"gzi\" (did you mean gzip?); using none"},
        Refused{"GLIMPSE_LOGPATH", "x",
                "GLIMPSE_LOGPATH is not a setting of glimpse (did you mean GLIMPSE_LOG_PATH?); ignored"},
        Refused{"GLIMPSE_OVERFLOWS", "x",
                "GLIMPSE_OVERFLOWS is not a setting of glimpse (did you mean GLIMPSE_OVERFLOW?); ignored"},
        Refused{"glimpse_level", "x",
                "glimpse_level is not a setting of glimpse (did you mean GLIMPSE_LEVEL?); ignored"},
        Refused{"GLIMSE_POLICY", "x",
                "GLIMSE_POLICY is not a setting of glimpse (did you mean GLIMPSE_POLICY?); ignored"}));
#undef RING
#undef SWITCH

TEST_F(ConfigTest, AnUnknownRecordKeyIsNamedWithTheNearestOne) {
  const auto loaded = load({{"GLIMPSE_FIELDS", "stage,functoin"}});
  ASSERT_EQ(loaded.warnings.size(), 1U);
  EXPECT_EQ(
      loaded.warnings[0].find("GLIMPSE_FIELDS: unknown key 'functoin' in the list of fields; did you mean 'function'?"),
      0U);
  EXPECT_TRUE(loaded.warnings[0].ends_with("; using every key"));
  EXPECT_TRUE(loaded.options.fields.empty());
}

TEST_F(ConfigTest, OtherPeoplesVariablesAreLeftAlone) {
  const auto loaded = load({{"GLIMPSE_HOME", "x"},
                            {"GLIMPSE_SESSION", "/dev/shm/x"},
                            {"GLIB_LEVEL", "x"},
                            {"GLOBAL", "x"},
                            {"LOG_PATH", "x"},
                            {"OTEL_SERVICE_NAM", "x"}});
  EXPECT_EQ(loaded.warnings, Lines{});
}

TEST_F(ConfigTest, ACommandLineValueIsNamedByItsOption) {
  const auto loaded = load({}, {{"overflow", "dropp"}});
  EXPECT_EQ(
      loaded.warnings,
      Lines{"--overflow must be block, drop, overwrite or flight, got \"dropp\" (did you mean drop?); using block"});
}

TEST_F(ConfigTest, AnEnvFileMayNotChooseTheEnvironment) {
  write(".env", "\nGLIMPSE_ENV=test\n");
  EXPECT_EQ(load({}).warnings, Lines{".env:2: GLIMPSE_ENV is read from the environment only; ignored"});
}

TEST_F(ConfigTest, ANearMissInAnEnvFileNamesItsLine) {
  write(".env", "# settings\nGLIMPSE_RINGBYTES=1M\nbroken line\n");
  const Lines expected{
      ".env:3: expected = after broken; the line is ignored",
      ".env:2: GLIMPSE_RINGBYTES is not a setting of glimpse (did you mean GLIMPSE_RING_BYTES?); ignored"};
  EXPECT_EQ(load({}).warnings, expected);
}

}  // namespace
}  // namespace glimpse::cli
