// The policy: which functions a user asked for.
//
// Text becomes a Policy in policy/parser.h, files are found in policy/discovery.h, and policy/matcher.h says what a
// pattern means. One matcher serves the collector, the command line and the compiler plugin, so all three agree on
// every function.
//
// Threads: a Policy never changes after it was made; any number of threads may ask it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace glimpse::policy {

// What the matcher looks at. The strings belong to the caller.
struct Function {
  std::string_view name;    // demangled, with namespaces and parameter types: `app::db::query(int)`
  std::string_view module;  // enclosing namespace `app::db`; outside any namespace the binary's name: `ninja`, `libz`
  bool module_is_binary = false;
  bool asked = false;  // the source asks for it by an attribute: recorded, whatever the policy says
};

struct Pattern;

// What decided about a function.
enum class Reason : std::uint8_t {
  kIncluded,         // an entry asked for it
  kExcluded,         // an entry excluded it
  kNotIncluded,      // entries ask for functions, and none for this one
  kEverything,       // no entry asks for functions, so all are recorded
  kStandardLibrary,  // the same, but the standard library stays out
  kAsked,            // the source asks for it
};

// Why a function is recorded or not, for `glimpse policy explain`.
struct Verdict {
  bool recorded = false;
  std::string_view key;      // the policy key that decided: "package_trees"; empty where no entry matched
  std::string_view pattern;  // the entry as the user wrote it
  unsigned line = 0;         // where it stands in the policy file; 0 where no entry matched
  Reason reason = Reason::kNotIncluded;
};

inline constexpr unsigned kDefaultTraceDepth = 5;
inline constexpr unsigned kMaxTraceDepth = 4095;
inline constexpr unsigned kUnlimitedDepth = 0xffffffff;

// One entry of a list of names. Made by compile_module_pattern() and compile_function_pattern() in policy/matcher.h.
struct Pattern {
  std::string text;    // as written, for messages
  std::string plain;   // as compared: spaces and return type gone
  std::string folded;  // the same with `.` folded to `::`
  bool wildcard = false;
  std::uint8_t keeps = 0;  // functions only: the parts of a name the pattern speaks of (Spelling in policy/spelling.h)
  unsigned line = 0;
  unsigned column = 0;
  std::string_view key;  // the list it stands in: "package_trees"; a constant
};

// Which functions are meant: what a policy and each of its rules begin with.
struct Matcher {
  std::vector<Pattern> exact_modules;
  std::vector<Pattern> package_trees;
  std::vector<Pattern> exclude_modules;
  std::vector<Pattern> functions;
  std::vector<Pattern> exclude_functions;

  // Whether this function is meant. Excluding wins over including.
  bool decide(const Function& function) const { return explain(function).recorded; }

  // The same with the reason.
  Verdict explain(const Function& function) const;
};

// What is recorded of a call beside the call itself.
struct Capture {
  bool args = false;
  bool result = false;

  bool any() const { return args || result; }
  friend bool operator==(const Capture&, const Capture&) = default;
};

// An entry of `rules`: what it wants of the functions it means. It makes no function recorded.
struct Rule : Matcher {
  Capture capture;
  std::string label;  // empty: none
  unsigned line = 0;  // where it stands in the policy file
};

struct Policy : Matcher {
  std::string path;    // empty for the built-in policy
  std::string sha256;  // 64 hex digits, of the file's bytes
  std::string name;
  std::string version;
  unsigned trace_depth = kDefaultTraceDepth;  // recorded calls open at once on a thread
  std::vector<Rule> rules;

  // Whether calls of this function are recorded: where it is meant, and wherever the source asks for it.
  bool decide(const Function& function) const { return explain(function).recorded; }

  // The same with the reason.
  Verdict explain(const Function& function) const;

  // What all rules together want of this function, where it is recorded.
  Capture capture(const Function& function) const;

  // What its records say in brackets behind its name; of the last rule that has a label for it. Empty: nothing.
  std::string_view label(const Function& function) const;
};

// Everything but the standard library, at the default depth: what is in force where no policy file is found.
Policy built_in_policy();

}  // namespace glimpse::policy
