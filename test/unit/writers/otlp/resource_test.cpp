#include "writers/otlp/resource.h"

#include <gtest/gtest.h>

#include <map>

namespace glimpse::writers::otlp {
namespace {

std::map<std::string, Attribute> resource(const Process& process, const Settings& settings = {}) {
  std::map<std::string, Attribute> result;
  for (const Attribute& attribute : resource_of(process, settings)) {
    EXPECT_TRUE(result.emplace(attribute.key, attribute).second) << attribute.key << " stands twice";
  }
  return result;
}

std::string text(const std::map<std::string, Attribute>& attributes, const char* key) {
  const auto found = attributes.find(key);
  return found == attributes.end() ? "(none)" : std::get<std::string>(found->second.value);
}

Process process() {
  Process result;
  result.pid = 7;
  result.ppid = 6;
  result.command = {"./app", "--fast"};
  result.executable = "/opt/app/app";
  result.cwd = "/work";
  result.host = "box";
  return result;
}

TEST(Resource, SaysWhatTheProcessRecordSays) {
  const auto found = resource(process());
  EXPECT_EQ(text(found, "service.name"), "unknown_service:app");
  EXPECT_EQ(text(found, "host.name"), "box");
  EXPECT_EQ(std::get<std::int64_t>(found.at("process.pid").value), 7);
  EXPECT_EQ(std::get<std::int64_t>(found.at("process.parent_pid").value), 6);
  EXPECT_EQ(text(found, "process.executable.path"), "/opt/app/app");
  EXPECT_EQ(text(found, "process.executable.name"), "app");
  EXPECT_EQ(std::get<std::vector<std::string>>(found.at("process.command_args").value).at(1), "--fast");
  EXPECT_EQ(text(found, "telemetry.sdk.name"), "glimpse");
  EXPECT_EQ(text(found, "telemetry.sdk.language"), "cpp");
}

TEST(Resource, WhoNamesItsServiceIsCalledSo) {
  Settings settings;
  settings.resource_attributes = {{"service.name", "shop"}, {"team", "a"}, {"host.name", "mine"}};
  auto found = resource(process(), settings);
  EXPECT_EQ(text(found, "service.name"), "shop");
  EXPECT_EQ(text(found, "team"), "a");
  EXPECT_EQ(text(found, "host.name"), "mine");
  Process named = process();
  named.service = "bank";
  named.environment = "staging";
  found = resource(named, settings);
  EXPECT_EQ(text(found, "service.name"), "bank");
  EXPECT_EQ(text(found, "deployment.environment.name"), "staging");
}

TEST(Resource, AProcessThatNobodyIntroducedHasItsNumber) {
  Process stranger;
  stranger.pid = 9;
  const auto found = resource(stranger);
  EXPECT_EQ(text(found, "service.name"), "unknown_service");
  EXPECT_EQ(std::get<std::int64_t>(found.at("process.pid").value), 9);
  EXPECT_FALSE(found.contains("host.name"));
  EXPECT_FALSE(found.contains("process.command_args"));
}

}  // namespace
}  // namespace glimpse::writers::otlp
