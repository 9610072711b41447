#include "collector/names/mangled_reader.h"

#include <gtest/gtest.h>

#include <string>

namespace glimpse::collector {
namespace {

// Whether `symbols` give away that a::b is a class.
bool tells(std::initializer_list<std::string_view> symbols, const std::vector<std::string_view>& path = {"a", "b"}) {
  ClassEvidence evidence;
  MangledReader reader(evidence);
  for (const std::string_view symbol : symbols) reader.read(symbol);
  return evidence.is_class(path);
}

TEST(MangledReader, ConstructorsAndDestructorsTell) {
  EXPECT_TRUE(tells({"_ZN1a1bC1Ev"}));
  EXPECT_TRUE(tells({"_ZN1a1bC2ERKS0_"}));
  EXPECT_TRUE(tells({"_ZN1a1bD0Ev"}));
  EXPECT_TRUE(tells({"_ZN1a1bCI21AEi"}));
  EXPECT_FALSE(tells({"_ZN1a1bC1Ev"}, {"a"}));
}

TEST(MangledReader, VtablesAndTypeinfoTell) {
  for (const char* symbol :
       {"_ZTVN1a1bE", "_ZTTN1a1bE", "_ZTIN1a1bE", "_ZTSN1a1bE", "_ZTCN1a1bE0_1A", "_ZTC1A16_N1a1bE"}) {
    EXPECT_TRUE(tells({symbol})) << symbol;
  }
}

TEST(MangledReader, MembersThatOnlyClassesHaveTell) {
  for (const char* symbol : {"_ZNK1a1b1fEv", "_ZNO1a1b1fEv", "_ZNR1a1b1fEv", "_ZNH1a1b1fES0_", "_ZN1a1bcvbEv",
                             "_ZN1a1bclEi", "_ZN1a1bixEi", "_ZN1a1bptEv", "_ZN1a1baSEi", "_ZThn8_N1a1bD1Ev"}) {
    EXPECT_TRUE(tells({symbol})) << symbol;
  }
}

TEST(MangledReader, TypesOfParametersAndTemplateArgumentsTell) {
  for (const char* symbol :
       {"_ZN1a1fERKNS_1bE", "_Z1fN1a1bE", "_Z1fPN1a1bE", "_Z1fSt6vectorIN1a1bESaIS1_EE", "_ZN1a1fINS_1bEEEvv",
        "_ZN1a1fIJiNS_1bEEEEvDpT_", "_Z1fPFvN1a1bEE", "_Z1fMN1a1bEFvvE", "_Z1fA3_N1a1bE", "_ZN1a1fEN1x1yERNS_1bE",
        "_Z1fRKSt3mapISsN1a1bESt4lessISsESaISt4pairIKSsS1_EEE", "_ZZ1fN1a1bEENKUlvE_clEv", "_Z1fILPN1a1bE0EEvv",
        "_ZN1c1fILN1a1bE3EEEvv", "_ZN1aplERKNS_1bEi", "_ZN1c1DIiE1fEN1a1bE"}) {
    EXPECT_TRUE(tells({symbol})) << symbol;
  }
}

TEST(MangledReader, SubstitutionsAreFollowed) {
  // S_ is x, S0_ x::f's first parameter type a (a namespace prefix), S1_ a::c, S2_ its reference: NS0_1bE is a::b.
  EXPECT_TRUE(tells({"_ZN1x1fERN1a1cENS0_1bE"}));
  EXPECT_FALSE(tells({"_ZN1x1fERN1a1cENS_1bE"}));
  EXPECT_TRUE(tells({"_ZN1x1fERN1a1cENS_1bE"}, {"x", "b"}));
}

TEST(MangledReader, FunctionsAndVariablesInAScopeDoNotTell) {
  EXPECT_FALSE(tells({"_ZN1a1b1fEv", "_ZN1a1b1fEi", "_ZN1a1bL1vE", "_ZN1a1b1fIiEEvT_", "_ZN1a1bplEii", "_ZN1a1b1cC1Ev",
                      "_ZGVN1a1b1vE", "_ZTWN1a1b1vE", "_ZZN1a1b1fEvE1v", "_ZN1a1bUlvE_clEv"}));
}

TEST(MangledReader, TheSameNameElsewhereDoesNotTell) {
  EXPECT_FALSE(tells({"_ZN1a1bC1Ev", "_ZN1c1b1dC1Ev"}, {"c", "b"}));
  EXPECT_FALSE(tells({"_ZN1bC1Ev"}));
}

TEST(MangledReader, AnonymousNamespacesAreNamedAsTheDemanglerNamesThem) {
  EXPECT_TRUE(tells({"_ZN1a12_GLOBAL__N_11bC1Ev"}, {"a", "(anonymous namespace)", "b"}));
}

TEST(MangledReader, AVariableWithALambdaIsNoNamespace) { EXPECT_TRUE(tells({"_ZNK1a1bMUlvE_clEv"})); }

TEST(MangledReader, AbiTagsAreNoPartOfTheName) { EXPECT_TRUE(tells({"_ZN1aB3tag1bB5cxx11C1Ev"})); }

TEST(MangledReader, WhatIsNoMangledNameSaysNothing) {
  for (const std::string& symbol :
       {std::string("main"), std::string("_Z"), std::string("_ZN"), std::string("_ZN99999999999999999999a"),
        std::string("_ZNS_1bE"), std::string("_ZSZZZZ_"), "_Z1f" + std::string(1'000'000, 'P'),
        "_Z" + std::string(1'000'000, 'Z'), "_Z1fI" + std::string(1'000'000, 'J'),
        "_ZT" + std::string(1'000'000, 'c')}) {
    EXPECT_FALSE(tells({symbol})) << symbol.substr(0, 40);
  }
}

}  // namespace
}  // namespace glimpse::collector
