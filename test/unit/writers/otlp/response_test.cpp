#include "writers/otlp/response.h"

#include <gtest/gtest.h>

#include <protozero/pbf_writer.hpp>

namespace glimpse::writers::otlp {
namespace {

constexpr const char* kProtobuf = "application/x-protobuf";
constexpr const char* kJson = "application/json";

std::string partial(std::int64_t rejected, const std::string& message) {
  std::string bytes;
  protozero::pbf_writer response(bytes);
  protozero::pbf_writer inner(response, 1);
  inner.add_int64(1, rejected);
  inner.add_string(2, message);
  return bytes;
}

TEST(Response, NothingIsAnAnswerThatTookAll) {
  const PartialSuccess read = read_accepted("", "");
  EXPECT_TRUE(read.understood);
  EXPECT_EQ(read.rejected, 0u);
  EXPECT_EQ(read.message, "");
}

TEST(Response, APartialSuccessSaysHowManyAndWhy) {
  std::string bytes;
  {
    const std::string inner = partial(3, "too old");
    bytes = inner;
  }
  const PartialSuccess read = read_accepted(kProtobuf, bytes);
  EXPECT_TRUE(read.understood);
  EXPECT_EQ(read.rejected, 3u);
  EXPECT_EQ(read.message, "too old");
  for (const char* json : {R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}})",
                           R"({"partialSuccess":{"rejectedSpans":3,"errorMessage":"too old"}})",
                           R"({"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"too old"},"more":[]})"}) {
    const PartialSuccess same = read_accepted("Application/JSON; charset=utf-8", json);
    EXPECT_TRUE(same.understood);
    EXPECT_EQ(same.rejected, 3u) << json;
    EXPECT_EQ(same.message, "too old");
  }
}

TEST(Response, OfUnknownFieldsAndWrongTypesNothingIsTaken) {
  std::string bytes;
  protozero::pbf_writer response(bytes);
  response.add_int64(9, 1);
  response.add_fixed64(1, 5);  // not a message
  const PartialSuccess read = read_accepted(kProtobuf, bytes);
  EXPECT_TRUE(read.understood);
  EXPECT_EQ(read.rejected, 0u);
  for (const char* json : {R"({"partialSuccess":{"rejectedSpans":-1}})", R"({"partialSuccess":{"rejectedSpans":"x"}})",
                           R"({"partialSuccess":7})", R"({"partialSuccess":null})"}) {
    EXPECT_EQ(read_accepted(kJson, json).rejected, 0u) << json;
  }
  EXPECT_EQ(read_accepted(kProtobuf, partial(-5, "")).rejected, 0u);
}

TEST(Response, WhatIsNoSuchAnswerIsNotUnderstood) {
  EXPECT_FALSE(read_accepted("text/html", "<html>").understood);
  EXPECT_FALSE(read_accepted(kJson, "<html>").understood);
  EXPECT_FALSE(read_accepted(kJson, "[1]").understood);
  EXPECT_FALSE(read_accepted(kProtobuf, "\x0a\x7f").understood);
  EXPECT_FALSE(read_accepted(kJson, std::string(60'000, '[')).understood);
}

TEST(Response, ARefusalsSentenceIsOneLineOfText) {
  std::string bytes;
  protozero::pbf_writer status(bytes);
  status.add_int32(1, 3);
  status.add_string(2, "no\r\nsuch \x1b[31m \xff tenant\n");
  EXPECT_EQ(read_refused(kProtobuf, bytes), "no  such  [31m \xEF\xBF\xBD tenant");
  EXPECT_EQ(read_refused(kJson, R"({"code":3,"message":"no such tenant"})"), "no such tenant");
  EXPECT_EQ(read_refused("text/plain; charset=utf-8", "404 page not found\n"), "404 page not found");
  EXPECT_EQ(read_refused("text/html", "<html>"), "");
  EXPECT_EQ(read_refused(kJson, R"({"message":{}})"), "");
  EXPECT_EQ(read_refused(kProtobuf, "\x12\xff"), "");
  EXPECT_LE(read_refused("text/plain", std::string(10'000, 'x')).size(), kMaxSentenceBytes);
}

}  // namespace
}  // namespace glimpse::writers::otlp
