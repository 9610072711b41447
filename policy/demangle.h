// From a symbol to the name its source has, and to the scopes around it.
//
// Built on the tree of LLVM's demangler, so that names are LLVM's: but a function template's name does not start with
// its return type, and the suffixes of clones (`.cold`, `.part.0`) are gone. Hostile names cannot hurt: nesting and
// length of what would be printed are bounded, and past the bound a symbol keeps its mangled name.
//
// Threads: free functions without state. Failure: what cannot be demangled is its own name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace glimpse::policy {

// One `name::` around a function, outermost first.
struct ScopePart {
  std::string name;  // without template arguments and ABI tags; `(anonymous namespace)`
  enum Kind { kUnknown, kNamespace, kClass } kind = kUnknown;
};

struct Demangled {
  std::string text;               // `app::db::Query::run(int) const`
  std::vector<ScopePart> scopes;  // app, db, Query (what lies inside a class or a function is left out)
};

Demangled demangle(std::string_view symbol);

// The symbol of the function as the source has it: without `.cold`, `.part.0`, `.isra.0`, `.constprop.0`,
// `.lto_priv.0`, `.llvm.123` and the like.
std::string_view source_symbol(std::string_view symbol);

}  // namespace glimpse::policy
