// TRACEPARENT and TRACESTATE to the letter of W3C Trace Context.
#include "runtime/trace_parent.h"

#include <gtest/gtest.h>

#include <string>

namespace glimpse::runtime {
namespace {

const std::string kTrace = "0af7651916cd43dd8448eb211c80319c";
const std::string kSpan = "b7ad6b7169203331";
const std::string kGood = "00-" + kTrace + "-" + kSpan + "-01";

bool accepts(const std::string& text) {
  glimpse_context context{};
  return parse_trace_parent(text.c_str(), context);
}

TEST(TraceParent, HasTraceSpanAndFlagsAndCameFromElsewhere) {
  glimpse_context context{};
  ASSERT_TRUE(parse_trace_parent(kGood.c_str(), context));
  EXPECT_EQ(context.trace_id_high, 0x0af7651916cd43ddu);
  EXPECT_EQ(context.trace_id_low, 0x8448eb211c80319cu);
  EXPECT_EQ(context.span_id, 0xb7ad6b7169203331u);
  EXPECT_EQ(context.flags, 1u);
  EXPECT_EQ(context.remote, 1u);
  EXPECT_EQ(context.tracestate, nullptr);
}

TEST(TraceParent, IsRefusedWhereAnythingIsNotToTheLetter) {
  EXPECT_FALSE(accepts(""));
  EXPECT_FALSE(accepts("00"));
  EXPECT_FALSE(accepts(kGood.substr(0, 54)));
  EXPECT_FALSE(accepts(" " + kGood));
  EXPECT_FALSE(accepts(kGood + " "));
  EXPECT_FALSE(accepts(kGood + "-00")) << "version 00 ends here";
  EXPECT_FALSE(accepts(kGood + "-"));
  EXPECT_FALSE(accepts("00-0AF7651916cd43dd8448eb211c80319c-" + kSpan + "-01")) << "upper case";
  EXPECT_FALSE(accepts("00-" + kTrace + "-B7ad6b7169203331-01"));
  EXPECT_FALSE(accepts("00-" + kTrace + "-" + kSpan + "-0A"));
  EXPECT_FALSE(accepts("00-" + std::string(32, '0') + "-" + kSpan + "-01"));
  EXPECT_FALSE(accepts("00-" + kTrace + "-" + std::string(16, '0') + "-01"));
  EXPECT_FALSE(accepts("00_" + kTrace + "-" + kSpan + "-01"));
  EXPECT_FALSE(accepts("00-" + kTrace + kSpan + "--01"));
  EXPECT_FALSE(accepts("ff-" + kTrace + "-" + kSpan + "-01"));
  EXPECT_FALSE(accepts("0-" + kTrace + "-" + kSpan + "-01"));
}

TEST(TraceParent, OfALaterVersionMaySayMore) {
  const std::string later = "cc-" + kTrace + "-" + kSpan + "-01";
  EXPECT_TRUE(accepts(later));
  EXPECT_TRUE(accepts(later + "-what-the-future-will-be-like"));
  EXPECT_FALSE(accepts(later + ".what-the-future-will-be-like"));
}

TEST(TraceParent, LeavesTheContextAloneWhereItIsRefused) {
  glimpse_context context{1, 2, 3, 4, 5, nullptr};
  EXPECT_FALSE(parse_trace_parent("00-nonsense", context));
  EXPECT_EQ(context.trace_id_high, 1u);
}

TEST(TraceState, IsAListOfMembers) {
  EXPECT_TRUE(is_trace_state("rojo=00f067aa0ba902b7"));
  EXPECT_TRUE(is_trace_state("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"));
  EXPECT_TRUE(is_trace_state("foo=1 \t , \t bar=2")) << "blanks around members";
  EXPECT_TRUE(is_trace_state("foo=1,,bar=2,")) << "empty members";
  EXPECT_TRUE(is_trace_state("0tenant@vendor=1"));
  EXPECT_TRUE(is_trace_state("a-_*/9=!value with blanks:~"));
  EXPECT_TRUE(is_trace_state((std::string(241, 't') + "@" + std::string(14, 'v') + "=1").c_str()));
  EXPECT_TRUE(is_trace_state((std::string(256, 'z') + "=1").c_str()));
}

TEST(TraceState, IsRefusedWhereAnythingIsNotToTheLetter) {
  for (const char* text : {"", " ", ",", "foo", "foo=", "=1", "foo=1;bar=2", "Foo=1", "foo @=1", "foo@=1", "@foo=1",
                           "foo@bar@baz=1", "9foo=1", "foo=a=b", "foo=\x7f", "foo =1", "foo=1,bar"}) {
    EXPECT_FALSE(is_trace_state(text)) << text;
  }
  EXPECT_FALSE(is_trace_state((std::string(242, 't') + "@v=1").c_str()));
  EXPECT_FALSE(is_trace_state(("t@" + std::string(15, 'v') + "=1").c_str()));
  EXPECT_FALSE(is_trace_state((std::string(257, 'z') + "=1").c_str()));
  EXPECT_FALSE(is_trace_state(("a=" + std::string(257, 'v')).c_str()));
}

TEST(TraceState, HasAtMost32MembersAnd512Bytes) {
  std::string list = "a=1";
  for (int i = 1; i < 32; ++i) list += ",a" + std::to_string(i) + "=1";
  EXPECT_TRUE(is_trace_state(list.c_str()));
  EXPECT_FALSE(is_trace_state((list + ",z=1").c_str()));
  EXPECT_TRUE(is_trace_state(("a=" + std::string(256, 'v') + ",b=" + std::string(251, 'v')).c_str()));
  EXPECT_FALSE(is_trace_state(("a=" + std::string(256, 'v') + ",b=" + std::string(252, 'v')).c_str()));
}

}  // namespace
}  // namespace glimpse::runtime
