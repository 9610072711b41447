#include "policy/spelling.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace glimpse::policy {
namespace {

struct SpellingCase {
  const char* name;
  const char* bare;  // nothing kept
  const char* full;  // everything kept
};

TEST(Spelling, BareAndFullSpellingsOfWhatDemanglersPrint) {
  const std::vector<SpellingCase> cases = {
      {"main", "main", "main"},
      {"app::f(int, char)", "app::f", "app::f(int,char)"},
      {"app::W::size() const &", "app::W::size", "app::W::size()const&"},
      {"void app::f<int>(int)", "app::f", "app::f<int>(int)"},
      {"char const* app::f<char>(char)", "app::f", "app::f<char>(char)"},
      {"decltype(auto) app::g<int>(int)", "app::g", "app::g<int>(int)"},
      {"void (*app::fp<int>(int))(char)", "app::fp", "app::fp<int>(int)"},
      {"int (&app::ar<int>(int)) [3]", "app::ar", "app::ar<int>(int)"},
      {"app::cb(void (*)(int, app::S), int (&) [4])", "app::cb", "app::cb(void(*)(int,app::S),int(&)[4])"},
      {"void app::fun<&app::cb(void (*)(int), int (&) [4])>()", "app::fun",
       "app::fun<&app::cb(void(*)(int),int(&)[4])>()"},
      {"app::Q<(3 > 2)>::z()", "app::Q::z", "app::Q<(3>2)>::z()"},
      {"app::Q<(1 << 2)>::z()", "app::Q::z", "app::Q<(1<<2)>::z()"},
      {"app::(anonymous namespace)::W::w()", "app::W::w", "app::(anonymous namespace)::W::w()"},
      {"app::tagged[abi:cxx11](std::a[abi:v2])", "app::tagged", "app::tagged(std::a)"},
      {"app::f(int) [clone .part.0] [clone .cold]", "app::f", "app::f(int)"},
      {"app::f(int) (.cold)", "app::f", "app::f(int)"},
      {"app::S::operator()(int) const", "app::S::operator()", "app::S::operator()(int)const"},
      {"bool app::S::operator<<int>(int) const", "app::S::operator<", "app::S::operator<<int>(int)const"},
      {"bool app::S::operator< <int>(int) const", "app::S::operator<", "app::S::operator<<int>(int)const"},
      {"app::S& app::S::operator<<<int>(int)", "app::S::operator<<", "app::S::operator<<<int>(int)"},
      {"app::S::operator void (*)(int)()", "app::S::operator void(*)(int)", "app::S::operator void(*)(int)()"},
      {"app::S::operator unsigned long() const", "app::S::operator unsigned long",
       "app::S::operator unsigned long()const"},
      {"app::operator\"\" _kb(unsigned long long)", "app::operator\"\"_kb", "app::operator\"\"_kb(unsigned long long)"},
      {"app::h<&app::S::operator< >(int)", "app::h", "app::h<&app::S::operator<>(int)"},
      {"app::f(int)::{lambda(int)#1}::operator()(int) const", "app::f::{lambda#1}::operator()",
       "app::f(int)::{lambda(int)#1}::operator()(int)const"},
      {"auto void app::f<int>(int)::'lambda'(int)::operator()<int>(int) const", "app::f::'lambda'::operator()",
       "app::f<int>(int)::'lambda'(int)::operator()<int>(int)const"},
      {"non-virtual thunk to app::S::m()", "app::S::m", "app::S::m()"},
      {"libfoo+0x1234", "libfoo+0x1234", "libfoo+0x1234"},
  };
  for (const SpellingCase& each : cases) {
    SCOPED_TRACE(each.name);
    EXPECT_EQ(spell(each.name, 0), each.bare);
    EXPECT_EQ(spell(each.name, kAllSpellings), each.full);
  }
}

TEST(Spelling, TellsWhichPartsANameHas) {
  std::uint8_t found = 0;
  spell("app::f", kAllSpellings, &found);
  EXPECT_EQ(found, 0);
  spell("int app::(anonymous namespace)::f<int>(int) const", kAllSpellings, &found);
  EXPECT_EQ(found, kAllSpellings);
  spell("app::S::operator()", kAllSpellings, &found);
  EXPECT_EQ(found, 0);
  spell("app::S::operator<", kAllSpellings, &found);
  EXPECT_EQ(found, 0);
}

// Names no compiler makes must neither crash nor take more than linear time; these would take hours otherwise.
TEST(Spelling, BrokenAndEndlessNamesCostNoMoreThanTheirLength) {
  for (const std::string part : {"<", "(", "{", "[", ">", ")", "]", "operator ", "operator<", "operator (*", " (*",
                                 "(*", "a<", "[abi:", "::", " const", "()::"}) {
    std::string name;
    while (name.size() < 200'000) name += part;
    SCOPED_TRACE(part);
    EXPECT_LE(spell(name, 0).size(), name.size());
    EXPECT_LE(spell(name, kAllSpellings).size(), name.size());
  }
}

TEST(Spelling, ModulesLoseAnonymousNamespacesAndTags) {
  EXPECT_EQ(transparent_module("app"), "app");
  EXPECT_EQ(transparent_module("app::(anonymous namespace)"), "app");
  EXPECT_EQ(transparent_module("app::(anonymous namespace)::in"), "app::in");
  EXPECT_EQ(transparent_module("(anonymous namespace)::in"), "in");
  EXPECT_EQ(transparent_module("(anonymous namespace)"), "");
  EXPECT_EQ(transparent_module("app[abi:v2]::in"), "app::in");
}

}  // namespace
}  // namespace glimpse::policy
