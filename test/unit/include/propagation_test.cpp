// The cases of the W3C's validation suite for Trace Context (github.com/w3c/trace-context, test/test.py), and ours.
#include "glimpse/propagation.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace glimpse {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

const std::string kTrace = "12345678901234567890123456789012";
const std::string kParent = "00-" + kTrace + "-1234567890123456-01";

Context read(const std::string& traceparent) { return extract(Headers{{"traceparent", traceparent}}); }

std::string state(std::vector<std::string> values) {
  Headers headers{{"traceparent", kParent}};
  for (std::string& value : values) headers.emplace_back("tracestate", std::move(value));
  const Context context = extract(headers);
  EXPECT_EQ(context.trace_id(), kTrace);  // whatever the tracestate is
  return context.tracestate();
}

TEST(Traceparent, IsRead) {
  const Context context = read(kParent);
  EXPECT_EQ(context.trace_id(), kTrace);
  EXPECT_EQ(context.span_id(), "1234567890123456");
  EXPECT_TRUE(context.sampled());
  EXPECT_TRUE(context.remote());
  EXPECT_FALSE(read("00-" + kTrace + "-1234567890123456-00").sampled());
  EXPECT_FALSE(read("00-" + kTrace + "-1234567890123456-02").sampled());
  EXPECT_TRUE(read("00-" + kTrace + "-1234567890123456-ff").sampled());
}

TEST(Traceparent, IsReadUnderItsNameInAnyCase) {
  for (const char* name : {"traceparent", "TraceParent", "TrAcEpArEnT", "TRACEPARENT"}) {
    EXPECT_EQ(extract(Headers{{name, kParent}}).trace_id(), kTrace) << name;
  }
  for (const char* name : {"trace-parent", "trace.parent", "traceparent2", "raceparent"}) {
    EXPECT_FALSE(extract(Headers{{name, kParent}}).valid()) << name;
  }
}

TEST(Traceparent, ThatIsValidBeginsNoNewTrace) {
  for (const std::string& text : {
           "cc-" + kTrace + "-1234567890123456-01",
           "cc-" + kTrace + "-1234567890123456-01-what-the-future-will-be-like",
           " 00-" + kTrace + "-1234567890123456-01",
           "\t00-" + kTrace + "-1234567890123456-01",
           "00-" + kTrace + "-1234567890123456-01 ",
           "00-" + kTrace + "-1234567890123456-01\t",
           "\t 00-" + kTrace + "-1234567890123456-01 \t",
       }) {
    EXPECT_EQ(read(text).trace_id(), kTrace) << text;
  }
}

TEST(Traceparent, ThatIsNotValidIsIgnored) {
  for (const std::string& text : {
           std::string(),
           "00-" + kTrace + "-1234567890123456-01.",
           "00-" + kTrace + "-1234567890123456-01-what-the-future-will-be-like",
           "cc-" + kTrace + "-1234567890123456-01.what-the-future-will-be-like",
           "ff-" + kTrace + "-1234567890123456-01",
           ".0-" + kTrace + "-1234567890123456-01",
           "0.-" + kTrace + "-1234567890123456-01",
           "000-" + kTrace + "-1234567890123456-01",
           "0000-" + kTrace + "-1234567890123456-01",
           "0-" + kTrace + "-1234567890123456-01",
           "00-" + std::string(32, '0') + "-1234567890123456-01",
           std::string("00-.2345678901234567890123456789012-1234567890123456-01"),
           std::string("00-1234567890123456789012345678901.-1234567890123456-01"),
           std::string("00-123456789012345678901234567890123-1234567890123456-01"),
           std::string("00-1234567890123456789012345678901-1234567890123456-01"),
           "00-" + kTrace + "-0000000000000000-01",
           "00-" + kTrace + "-.234567890123456-01",
           "00-" + kTrace + "-123456789012345.-01",
           "00-" + kTrace + "-12345678901234567-01",
           "00-" + kTrace + "-123456789012345-01",
           "00-" + kTrace + "-1234567890123456-.0",
           "00-" + kTrace + "-1234567890123456-0.",
           "00-" + kTrace + "-1234567890123456-001",
           "00-" + kTrace + "-1234567890123456-1",
           std::string("00-ABCDEF78901234567890123456789012-1234567890123456-01"),
           "00-" + kTrace + "-123456789012345A-01",
           "0A-" + kTrace + "-1234567890123456-01",
           "00_" + kTrace + "-1234567890123456-01",
           "00-" + kTrace + "_1234567890123456-01",
           "00-" + kTrace + "-1234567890123456_01",
       }) {
    EXPECT_FALSE(read(text).valid()) << text;
  }
}

TEST(Traceparent, TwiceIsIgnored) {
  EXPECT_FALSE(extract(Headers{{"traceparent", "00-12345678901234567890123456789011-1234567890123456-01"},
                               {"traceparent", kParent}})
                   .valid());
}

TEST(Traceparent, IsWrittenInVersion00) {
  EXPECT_EQ(format_traceparent(read(kParent)), kParent);
  EXPECT_EQ(format_traceparent(read("cc-" + kTrace + "-1234567890123456-ff-more")), kParent);
  EXPECT_EQ(format_traceparent(Context()), "");
}

TEST(Tracestate, IsReadUnderItsNameInAnyCase) {
  for (const char* name : {"tracestate", "TraceState", "TrAcEsTaTe", "TRACESTATE"}) {
    EXPECT_EQ(extract(Headers{{"traceparent", kParent}, {name, "foo=1"}}).tracestate(), "foo=1") << name;
  }
  for (const char* name : {"trace-state", "trace.state"}) {
    EXPECT_EQ(extract(Headers{{"traceparent", kParent}, {name, "foo=1"}}).tracestate(), "") << name;
  }
}

TEST(Tracestate, WithoutTraceparentIsIgnored) {
  EXPECT_FALSE(extract(Headers{{"tracestate", "foo=1"}}).valid());
  EXPECT_EQ(extract(Headers{{"tracestate", "foo=1"}}).tracestate(), "");
}

TEST(Tracestate, ThatIsValidGoesOn) {
  EXPECT_EQ(state({"foo=1,bar=2"}), "foo=1,bar=2");
  EXPECT_EQ(state({""}), "");
  EXPECT_EQ(state({"foo=1", ""}), "foo=1");
  EXPECT_EQ(state({"", "foo=1"}), "foo=1");
  EXPECT_EQ(state({"foo=1,bar=2", "rojo=1,congo=2", "baz=3"}), "foo=1,bar=2,rojo=1,congo=2,baz=3");
  EXPECT_EQ(state({"foo=1,,bar=2", ",", " , "}), "foo=1,bar=2");
}

TEST(Tracestate, MayHaveAllAllowedCharacters) {
  std::string key, value;
  for (char c = 'a'; c <= 'z'; ++c) key += c;
  key += "0123456789_-*/";
  for (char c = 0x20; c <= 0x7e; ++c) {
    if (c != ',' && c != '=') value += c;
  }
  EXPECT_EQ(state({key + "=" + value}), key + "=" + value);
  EXPECT_EQ(state({key + "@a-z0-9_-*/=" + value}), key + "@a-z0-9_-*/=" + value);
}

TEST(Tracestate, MayHaveWhiteSpaceAroundItsMembers) {
  for (const char* text : {"foo=1 \t , \t bar=2, \t baz=3", "foo=1\t \t,\t \tbar=2,\t \tbaz=3"}) {
    EXPECT_EQ(state({text}), "foo=1,bar=2,baz=3");
  }
  for (const char* text : {" foo=1", "\tfoo=1", "foo=1 ", "foo=1\t", "\t foo=1 \t"}) EXPECT_EQ(state({text}), "foo=1");
}

TEST(Tracestate, ThatIsNotValidIsIgnoredAsAWhole) {
  for (const std::vector<std::string>& texts : std::vector<std::vector<std::string>>{
           {"foo=1,foo=1"},
           {"foo=1,foo=2"},
           {"foo=1", "foo=1"},
           {"foo=1", "foo=2"},
           {"foo =1"},
           {"FOO=1"},
           {"foo.bar=1"},
           {"foo@=1,bar=2"},
           {"@foo=1,bar=2"},
           {"foo@@bar=1,bar=2"},
           {"foo@bar@baz=1,bar=2"},
           {"foo=bar=baz"},
           {"foo=,bar=3"},
           {"foo,bar=3"},
           {"=1"},
           {"1foo=1"},
           {"foo=1\x7f"},
           {"foo=a\tb"},
           {"foo=1", std::string(257, 'z') + "=1"},
           {"foo=1", std::string(242, 't') + "@v=1"},
           {"foo=1", "t@" + std::string(15, 'v') + "=1"},
           {"foo=" + std::string(257, 'v')},
       }) {
    EXPECT_EQ(state(texts), "") << texts.front();
  }
}

TEST(Tracestate, HasLimits) {
  EXPECT_NE(state({"foo=1", std::string(256, 'z') + "=1"}), "");
  EXPECT_NE(state({"foo=1", std::string(241, 't') + "@" + std::string(14, 'v') + "=1"}), "");
  EXPECT_NE(state({"foo=" + std::string(256, 'v')}), "");
  std::string members;
  for (int i = 1; i <= 32; ++i) members += "bar" + std::to_string(i) + "=" + std::to_string(i) + ",";
  EXPECT_EQ(state({members}) + ",", members);
  EXPECT_EQ(state({members, "bar33=33"}), "");
}

TEST(TraceIdHeader, IsReadWhereThereIsNoTraceparent) {
  const std::string hex = "0af7651916cd43dd8448eb211c80319c";
  EXPECT_EQ(extract(Headers{{"x-trace-id", hex}}).trace_id(), hex);
  EXPECT_EQ(extract(Headers{{"X-Trace-ID", "0AF76519-16CD-43DD-8448-EB211C80319C"}}).trace_id(), hex);
  EXPECT_EQ(extract(Headers{{"X-Trace-ID", hex}, {"traceparent", kParent}}).trace_id(), kTrace);
  EXPECT_EQ(extract(Headers{{"X-Trace-ID", hex}, {"traceparent", "broken"}}).trace_id(), hex);
  for (const char* text : {"", "1", "0af7651916cd43dd8448eb211c80319", "0af7651916cd43dd8448eb211c80319cc",
                           "0af7651916cd43dd8448eb211c80319g", "0af76519-16cd-43dd-8448-eb211c80319-",
                           "00000000000000000000000000000000", "0af765191-6cd-43dd-8448-eb211c80319c"}) {
    EXPECT_FALSE(extract(Headers{{"X-Trace-ID", text}}).valid()) << text;
  }
}

TEST(Inject, WritesIntoAnythingLikeAMap) {
  Context context = read(kParent);
  context.set_tracestate("foo=1");
  std::map<std::string, std::string> map{{"Accept", "*/*"}, {"Traceparent", "old"}};
  std::multimap<std::string, std::string> multimap{{"traceparent", "old"}, {"traceparent", "older"}};
  std::unordered_map<std::string, std::string> unordered;
  Headers vector{{"TRACESTATE", "old"}};
  inject(map, context);
  inject(multimap, context);
  inject(unordered, context);
  inject(vector, context);
  EXPECT_EQ(map, (std::map<std::string, std::string>{
                     {"Accept", "*/*"}, {"X-Trace-ID", kTrace}, {"traceparent", kParent}, {"tracestate", "foo=1"}}));
  EXPECT_EQ(multimap.size(), 3u);
  EXPECT_EQ(unordered.size(), 3u);
  EXPECT_EQ(vector, (Headers{{"traceparent", kParent}, {"tracestate", "foo=1"}, {"X-Trace-ID", kTrace}}));
  EXPECT_EQ(extract(multimap).tracestate(), "foo=1");
  EXPECT_EQ(extract(unordered).trace_id(), kTrace);
}

TEST(Inject, CallsASetter) {
  Headers headers;
  const auto set = [&](std::string_view name, std::string value) { headers.emplace_back(name, std::move(value)); };
  inject(set, Context());
  EXPECT_TRUE(headers.empty());
  inject(set, read(kParent));
  EXPECT_EQ(headers, (Headers{{"traceparent", kParent}, {"X-Trace-ID", kTrace}}));
}

TEST(Extract, CallsAGetter) {
  const auto get = [](std::string_view name) {
    return name == "traceparent"  ? std::vector<std::string>{kParent}
           : name == "tracestate" ? std::vector<std::string>{"a=1", "b=2"}
                                  : std::vector<std::string>{};
  };
  EXPECT_EQ(extract(get).trace_id(), kTrace);
  EXPECT_EQ(extract(get).tracestate(), "a=1,b=2");
}

TEST(Environment, CarriesTheContext) {
  Context context = read(kParent);
  context.set_tracestate("foo=1");
  EXPECT_EQ(environment_entries(context), (std::vector<std::string>{"TRACEPARENT=" + kParent, "TRACESTATE=foo=1"}));
  EXPECT_TRUE(environment_entries(Context()).empty());
  inject_environment(context);
  EXPECT_EQ(extract_environment(), context);
  EXPECT_EQ(extract_environment().tracestate(), "foo=1");
  setenv("TRACEPARENT", "broken", 1);
  EXPECT_FALSE(extract_environment().valid());
  inject_environment(Context());
  EXPECT_EQ(std::getenv("TRACEPARENT"), nullptr);
  EXPECT_EQ(std::getenv("TRACESTATE"), nullptr);
}

}  // namespace
}  // namespace glimpse
