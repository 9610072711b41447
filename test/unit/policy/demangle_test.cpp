#include "policy/demangle.h"

#include <gtest/gtest.h>

namespace glimpse::policy {
namespace {

std::string name(std::string_view symbol) { return demangle(symbol).text; }

TEST(Demangle, FunctionTemplatesDoNotStartWithTheirReturnType) {
  EXPECT_EQ(name("_ZN3app1fIiEEvT_"), "app::f<int>(int)");
  EXPECT_EQ(name("_ZN3app7choosesIiEEPFiiET_"), "app::chooses<int>(int)");
  EXPECT_EQ(name("_ZN3app7deducesIiEEDTplfp_Li1EET_"), "app::deduces<int>(int)");
  EXPECT_EQ(name("_ZN3app6memberIiEEMNS_1SEFivET_"), "app::member<int>(int)");
  EXPECT_EQ(name("_ZN3app6arraysIiEERA3_iT_"), "app::arrays<int>(int)");
  EXPECT_EQ(name("_ZZN3app1fIiEEvT_ENKUlvE_clEv"), "app::f<int>(int)::'lambda'()::operator()() const");
}

TEST(Demangle, ConversionOperatorsKeepTheTypeThatIsTheirName) {
  EXPECT_EQ(name("_ZN3app1ScvbEv"), "app::S::operator bool()");
  EXPECT_EQ(name("_ZN3app1ScvT_IiEEv"), "app::S::operator int<int>()");
  EXPECT_EQ(name("_ZNK3app1ScvPFiiEEv"), "app::S::operator int (*)(int)() const");
  EXPECT_EQ(name("_ZN3app1SclEi"), "app::S::operator()(int)");
}

TEST(Demangle, ReadsWhatClang19WritesForTemplateParameters) {
  EXPECT_EQ(name("_ZN3app1fITnDaLi5EEEvv"), "app::f<5>()");
  EXPECT_EQ(name("_ZN3app1fITnPiLPi0EEEvv").rfind("app::f<", 0), 0U);
}

TEST(Demangle, TypesThatWereFirstWrittenInAConstraintAreTypes) {
  EXPECT_EQ(name("_ZN3app4onlyIiQsr3stdE8integralIT_EEES1_S1_"), "app::only<int>(int)");
  EXPECT_EQ(name("_ZN3app4exprIiLi3EQaagtT0_Li2ErQT__XplfL0p_fL0p_EEES1_S1_"), "app::expr<int, 3>(int)");
  EXPECT_EQ(name("_ZN3app3BoxIcE1gEcQsr3stdE8integralIT_E"), "app::Box<char>::g(char) requires std::integral<char>");
  // Of two lists of arguments T_ may be either's.
  EXPECT_EQ(name("_ZN3app3BoxIcE1fIiQsr3stdE8integralITL0__EEET_S4_c"), "app::Box<char>::f<int>(int, char)");
}

TEST(Demangle, ClonesAreNamedAsTheirFunction) {
  for (const char* suffix : {".cold", ".part.0", ".isra.0", ".constprop.0", ".lto_priv.0", ".llvm.123",
                             ".constprop.0.isra.0", ".part.0.cold", ".__uniq.12345", ".resume", ".localalias"}) {
    EXPECT_EQ(name(std::string("_ZN3app1fEi") + suffix), "app::f(int)") << suffix;
    EXPECT_EQ(name(std::string("in_c") + suffix), "in_c") << suffix;
    EXPECT_EQ(source_symbol(std::string("in_c") + suffix), "in_c") << suffix;
  }
  EXPECT_EQ(source_symbol("main.main"), "main.main");
  EXPECT_EQ(source_symbol(".cold"), ".cold");
}

TEST(Demangle, CoroutinesAreNamedAsTheSourceNamesThem) {
  EXPECT_EQ(name("_ZN3app7numbersEPZNS_7numbersEiE23_ZN3app7numbersEi.Frame.actor"), "app::numbers(int)");
  EXPECT_EQ(name("_ZN3app7numbersEPZNS_7numbersEiE23_ZN3app7numbersEi.Frame.destroy"), "app::numbers(int)");
  EXPECT_EQ(name("_ZN3app1S3memEPZNKS0_3memEPKcE24_ZNK3app1S3memEPKc.Frame.actor"), "app::S::mem(char const*) const");
  EXPECT_EQ(name("_ZZ4mainENUliE_clEPZZ4mainENKS_clEiE26_ZZ4mainENKUliE_clEi.Frame.actor"),
            "main::'lambda'(int)::operator()(int) const");
}

TEST(Demangle, CompilersOwnFunctionsHaveNames) {
  EXPECT_EQ(name("_GLOBAL__sub_I__ZN3app3fooE"), "global constructors keyed to app::foo");
  EXPECT_EQ(name("_GLOBAL__sub_I_main.cpp"), "global constructors keyed to main.cpp");
  EXPECT_EQ(name("_ZTWN3app5stateE"), "thread-local wrapper routine for app::state");
  EXPECT_EQ(name("_ZTHN3app5stateE"), "thread-local initialization routine for app::state");
  EXPECT_EQ(demangle("_ZTWN3app5stateE").scopes.size(), 1U);
  EXPECT_EQ(name("_ZThn16_N3app1S3runEv"), "non-virtual thunk to app::S::run()");
}

TEST(Demangle, WhatIsNotMangledIsItsOwnName) {
  EXPECT_EQ(name("main"), "main");
  EXPECT_EQ(name(""), "");
  EXPECT_EQ(name("_Z"), "_Z");
  EXPECT_EQ(name("_ZN3appE5"), "_ZN3appE5");
  EXPECT_EQ(name("_RNvC6_123foo3bar"), "_RNvC6_123foo3bar");
  EXPECT_EQ(name("_Z4na\xff\xfev"), "na\xff\xfe()");
}

TEST(Demangle, NamesOfTenKilobytesAreDemangled) {
  const std::string long_identifier(10'000, 'x');
  EXPECT_EQ(name("_ZN3app10000" + long_identifier + "Ev"), "app::" + long_identifier + "()");
  std::string many = "_ZN3app1fI";
  for (int i = 0; i < 2'000; ++i) many += "5First";
  const std::string text = name(many + "EEvv");
  EXPECT_EQ(text.rfind("app::f<First, First, ", 0), 0U);
  EXPECT_GT(text.size(), 10'000U);
}

// Each substitution doubles what is printed: 2^60 names in 400 bytes.
TEST(Demangle, NamesThatWouldPrintWithoutEndStayMangled) {
  std::string bomb = "_Z1f1AIiE";
  for (int i = 0; i < 60; ++i) {
    const std::string last = i == 0 ? "S0_" : std::string("S") + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i % 36] + "_";
    bomb += "S_I" + last + last + "E";
  }
  EXPECT_LT(name(bomb).size(), 4'000'000U);
  // An expansion in an expansion multiplies: 300^5 elements.
  std::string pattern = "T_";
  for (int i = 0; i < 4; ++i) pattern = "1BIT_Dp" + pattern + "E";
  std::string packs = "_Z1fIJ" + std::string(300, 'i') + "EEvDp" + pattern;
  EXPECT_LT(name(packs).size(), 4'000'000U);
}

TEST(Demangle, DeepNestingStaysMangledInsteadOfExhaustingTheStack) {
  const std::string pointers = "_Z1f" + std::string(1'000'000, 'P') + "i";
  EXPECT_EQ(name(pointers), pointers);
  std::string locals = "_Z" + std::string(1'000'000, 'Z');
  EXPECT_EQ(name(locals), locals);
  const std::string constructors = [] {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += "_GLOBAL__sub_I_";
    return text;
  }();
  EXPECT_EQ(name(constructors).rfind("global constructors keyed to ", 0), 0U);
}

std::string scopes(std::string_view symbol) {
  std::string text;
  for (const ScopePart& part : demangle(symbol).scopes) {
    text += part.name + (part.kind == ScopePart::kClass ? "!" : part.kind == ScopePart::kNamespace ? "#" : "?") + " ";
  }
  return text;
}

TEST(Demangle, ScopesEndAtTheOutermostClassOrFunction) {
  EXPECT_EQ(scopes("_ZN3app2db5QueryC2Ev"), "app? db? Query! ");
  EXPECT_EQ(scopes("_ZNK3app2db3runEv"), "app? db! ");
  EXPECT_EQ(scopes("_ZN3app3BoxIiE3putEi"), "app? Box! ");
  EXPECT_EQ(scopes("_ZN3app3BoxIiE5Inner3putEi"), "app? Box! ");
  EXPECT_EQ(scopes("_ZN3app12_GLOBAL__N_11fEv"), "app? (anonymous namespace)# ");
  EXPECT_EQ(scopes("_ZNSsC1Ev"), "std# ! ");
  EXPECT_EQ(scopes("_ZNSt6vectorIiSaIiEE9push_backERKi"), "std# vector! ");
  EXPECT_EQ(scopes("_ZZN3app4workEvENKUliE_clEi"), "app? work! ");
  EXPECT_EQ(scopes("_ZN3appB3tag1fEv"), "app? ");
  EXPECT_EQ(scopes("_ZN3app1XaSERKS0_"), "app? X! ");
  EXPECT_EQ(scopes("_Z1fv"), "");
}

}  // namespace
}  // namespace glimpse::policy
