// What the entries of a policy mean.
//
//   exact_modules     the module itself; `*`, `?` and sets stay within one `::` segment
//   package_trees     the module the pattern names, and everything below it; exclude_modules likewise
//   functions         the function's name, and exclude_functions; `*` matches anything, `::` included
//
// A function that its source asks for is recorded whatever the entries say. Excluding wins over including; of several
// entries that include, trees are named first, then exact modules, then functions. Without an entry that includes,
// everything but the standard library is recorded. Anonymous namespaces are transparent, unless a pattern speaks of
// them. A binary's name is one segment, dots and all. A function pattern is compared with as much of a name as it
// speaks of: see policy/spelling.h.
//
// Threads: pure functions but for PatternUse, which one thread uses. Failure: a pattern that cannot mean anything gives
// an Error whose message is the end of a sentence (`"app::" ends with "::"`); the caller knows file and line.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "glimpse/result.h"
#include "policy/policy.h"

namespace glimpse::policy {

Result<Pattern> compile_module_pattern(std::string_view text);
Result<Pattern> compile_function_pattern(std::string_view text);

// Namespaces and libraries that stay out of the trace unless an entry asks for them.
bool is_standard_library(const Function& function);

// Finds the entries that match nothing, function by function.
class PatternUse {
 public:
  // `policy` must outlive this object.
  explicit PatternUse(const Policy& policy);

  void see(const Function& function);

  bool all_matched() const { return left_ == 0; }

  // The entries that matched no function so far, in the order of the policy's lists, then those of its rules.
  std::vector<const Pattern*> unmatched() const;

 private:
  struct Entry {
    const Pattern* pattern;
    bool matched;
  };
  void add(const Matcher& matcher);

  std::vector<Entry> entries_;
  std::size_t left_ = 0;  // not matched so far
};

// Part of an identifier that every function whose module matches has in its symbol, or in its binary's name; empty
// where there is no such word. For module patterns; a way to pass over binaries that cannot match.
std::string_view word_of(const Pattern& module_pattern);

std::vector<const Pattern*> unmatched(const Policy& policy, std::span<const Function> functions);

}  // namespace glimpse::policy
