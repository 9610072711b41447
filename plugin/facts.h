// What the source says about the functions of one translation unit: made by the AST half, read by the pass half.
//
// Keyed by symbol, since that is all a pass sees. Functions that Clang makes without a declaration of their own (thunks
// of other units, start-up code) are not here.
//
// Threads: one, the compiler's.
#pragma once

#include <llvm/ADT/StringMap.h>

#include <string>

#include "plugin/captured_values.h"
#include "policy/policy.h"

namespace glimpse::plugin {

// What an attribute in the source asks for, whatever the policy says.
enum class Asked { kNothing, kTrace, kNoTrace };

struct FunctionFacts {
  std::string name;        // as records have it: demangled, with namespaces and parameter types
  std::string name_space;  // the enclosing namespaces, `app::db`; empty outside of any
  std::string file;        // absolute; empty where not known
  unsigned line = 0;       // of the declaration's name
  Asked asked = Asked::kNothing;
  bool recorded = false;  // unless the policy at run time, which knows the binary, excludes it
  policy::Verdict verdict;
  CapturedCall captured;  // of recorded functions that a rule asks for; else nothing is wanted
};

struct Facts {
  llvm::StringMap<FunctionFacts> by_symbol;

  // As object files have it: without the sign that keeps LLVM from decorating a name.
  static llvm::StringRef plain(llvm::StringRef symbol) {
    return !symbol.empty() && symbol.front() == '\1' ? symbol.drop_front() : symbol;
  }

  // Null for a function that no declaration was seen of.
  const FunctionFacts* find(llvm::StringRef symbol) const {
    const auto found = by_symbol.find(plain(symbol));
    return found == by_symbol.end() ? nullptr : &found->second;
  }
};

}  // namespace glimpse::plugin
