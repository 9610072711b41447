#include "collector/error_group.h"

#include <gtest/gtest.h>

#include <vector>

namespace glimpse::collector {
namespace {

std::string shape(std::string_view message) {
  std::string out;
  append_shape(out, message);
  return out;
}

TEST(ErrorGroup, WhatDiffersFromOneTimeToTheNextHasNoPlaceInAShape) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"user 4711 not found", "user # not found"},
      {"job 6fa459ea-ee8a-3ca4-894e-db77e160355e is late", "job <uuid> is late"},
      {"{6FA459EA-EE8A-3CA4-894E-DB77E160355E}", "{<uuid>}"},
      {"at 2026-03-01T12:00:00.123456789Z", "at <time>"},
      {"at 2026-03-01 12:00:00,5: late", "at <time>: late"},
      {"at 2026-03-01T12:00+01:00.", "at <time>."},
      {"since 2026/03/01", "since <time>"},
      {"12:34:56 UTC no", "<time> no"},
      {"bad pointer 0x7ffd12ab", "bad pointer #"},
      {"object deadbeef0 is gone", "object # is gone"},
      {"commit 1f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c", "commit #"},
      {"commit 12345678", "commit #"},
      {"took 1.5e-3 s of -20", "took # s of #"},
      {"1,234,567 bytes", "# bytes"},
      {"range 3-5", "range #-#"},
      {"a - 5 + -6", "a - # + #"},
      {"version 1.2.3.", "version #."},
      {"12ms", "#ms"},
      {"index[17] >= 16", "index[#] >= #"},
      {"worker12", "worker#"},
      {"x86_64", "x#_#"},
  };
  for (const auto& [message, expected] : cases) EXPECT_EQ(shape(message), expected) << message;
}

TEST(ErrorGroup, WordsStayAsTheyAre) {
  for (const char* message : {"", "no such file", "facade decade", "defaced effaced", "deadbeef", "a-b+c", "key: value",
                              "größer als ∞", "<time>"}) {
    EXPECT_EQ(shape(message), message);
  }
  EXPECT_EQ(shape("2026-03-01x"), "#-#-#x");
  EXPECT_EQ(shape("6fa459ea-ee8a-3ca4-894e-db77e160355e0"), "#-ee#a-#ca#-#e-#");
}

TEST(ErrorGroup, AFingerprintIsTheSha256OfTypeShapeAndFunctions) {
  ErrorGroups groups;
  const std::vector<std::string> functions = {"app::f(int)", "app::g()", "main"};
  // printf 'std::out_of_range\nno digit: #\napp::f(int)\napp::g()\nmain' | sha256sum
  const std::string expected = "373d46eb6df4dc2aa0387fd5a88a7868a558ce967b721161f0395eba64dec210";
  EXPECT_EQ(groups.fingerprint("std::out_of_range", "no digit: 12", functions), expected);
  EXPECT_EQ(groups.fingerprint("std::out_of_range", "no digit: 77", functions), expected);
}

TEST(ErrorGroup, WhatIsScrubbedDoesNotCount) {
  ErrorGroups groups;
  const std::string group(groups.fingerprint("T", "no jane@example.com at 10.0.0.1", {}));
  EXPECT_EQ(groups.fingerprint("T", "no john@example.org at ::1", {}), group);
  EXPECT_EQ(groups.fingerprint("T", "no [EMAIL] at [IP_ADDRESS]", {}), group);
}

TEST(ErrorGroup, TypeMessageAndEachOfTheTopFiveFunctionsTellGroupsApart) {
  ErrorGroups groups;
  const std::vector<std::string> functions = {"a", "b", "c", "d", "e", "f"};
  const std::string group(groups.fingerprint("T", "m", functions));
  EXPECT_NE(groups.fingerprint("U", "m", functions), group);
  EXPECT_NE(groups.fingerprint("T", "n", functions), group);
  for (std::size_t i = 0; i < functions.size(); ++i) {
    std::vector<std::string> other = functions;
    other[i] = "x";
    EXPECT_EQ(groups.fingerprint("T", "m", other) == group, i >= kGroupFrames) << i;
  }
}

TEST(ErrorGroup, GroupsWithoutEndAreForgottenAndFoundAgain) {
  ErrorGroups groups;
  const std::string first(groups.fingerprint("T", "", {}));
  for (int i = 0; i < 5000; ++i) groups.fingerprint("T" + std::to_string(i), "", {});
  EXPECT_EQ(groups.fingerprint("T", "", {}), first);
}

}  // namespace
}  // namespace glimpse::collector
