#include "writers/otlp/messages.h"

#include <gtest/gtest.h>

#include "fakes.h"

namespace glimpse::writers::otlp {
namespace {

using Lines = std::vector<std::string>;
using namespace std::chrono_literals;

TEST(Messages, TheFirstOfAKindIsToldAtOnceAndTheNextOnesTogether) {
  FakeClock clock;
  Messages messages;
  messages.tell("a", "one", clock.now());
  messages.tell("b", "other", clock.now());
  EXPECT_EQ(messages.take(clock.now(), false), (Lines{"one", "other"}));
  messages.tell("a", "two", clock.now());
  messages.tell("a", "three", clock.now());
  EXPECT_EQ(messages.take(clock.now(), false), Lines{});
  clock.advance(11s);
  EXPECT_EQ(messages.take(clock.now(), false), Lines{"three (and 1 more like this)"});
  EXPECT_EQ(messages.take(clock.now(), false), Lines{});
}

TEST(Messages, ASentenceThatStandsForThoseBeforeItDoesNotCountThem) {
  FakeClock clock;
  Messages messages;
  for (const char* sentence : {"1 so far", "2 so far", "3 so far"}) messages.tell_instead("a", sentence, clock.now());
  EXPECT_EQ(messages.take(clock.now(), false), Lines{"1 so far"});
  clock.advance(11s);
  EXPECT_EQ(messages.take(clock.now(), false), Lines{"3 so far"});
}

TEST(Messages, OnceIsOnce) {
  FakeClock clock;
  Messages messages;
  messages.tell_once("a", "one", clock.now());
  clock.advance(1h);
  messages.tell_once("a", "two", clock.now());
  EXPECT_EQ(messages.take(clock.now(), false), Lines{"one"});
}

TEST(Messages, WhoHurriesGetsAllAtOnce) {
  FakeClock clock;
  Messages messages;
  messages.tell("a", "one", clock.now());
  messages.tell("a", "two", clock.now());
  EXPECT_EQ(messages.take(clock.now(), true), (Lines{"one", "two"}));
}

}  // namespace
}  // namespace glimpse::writers::otlp
