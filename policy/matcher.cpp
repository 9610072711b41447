#include "policy/matcher.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "policy/quote.h"
#include "policy/segments.h"
#include "policy/spelling.h"
#include "policy/wildcard.h"

namespace glimpse::policy {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// Whether the pattern's segments are those of `module`; for a tree, its first ones.
bool matches_segments(std::string_view pattern, bool wildcard, std::string_view module, bool tree) {
  if (!wildcard) {
    if (!module.starts_with(pattern)) return false;
    return module.size() == pattern.size() || (tree && module.substr(pattern.size()).starts_with("::"));
  }
  while (!pattern.empty() && !module.empty()) {
    if (!wildcard_match(take_segment(pattern), take_segment(module))) return false;
  }
  return pattern.empty() && (tree || module.empty());
}

// One function, with the spellings of it that patterns have asked for so far.
class Subject {
 public:
  explicit Subject(const Function& function) : function_(function) {}

  const Pattern* find_module(const std::vector<Pattern>& patterns, bool tree) {
    for (const Pattern& pattern : patterns) {
      if (matches_module(pattern, tree)) return &pattern;
    }
    return nullptr;
  }

  const Pattern* find_function(const std::vector<Pattern>& patterns) {
    for (const Pattern& pattern : patterns) {
      if (matches_function(pattern)) return &pattern;
    }
    return nullptr;
  }

  bool matches(const Pattern& pattern) {
    if (pattern.key == "functions" || pattern.key == "exclude_functions") return matches_function(pattern);
    return matches_module(pattern, pattern.key != "exact_modules");
  }

 private:
  bool matches_module(const Pattern& pattern, bool tree) {
    if (function_.module_is_binary) {
      return pattern.wildcard ? wildcard_match(pattern.plain, function_.module) : pattern.plain == function_.module;
    }
    return matches_segments(pattern.folded, pattern.wildcard, module(pattern), tree);
  }

  bool matches_function(const Pattern& pattern) {
    std::optional<std::string>& spelling = spellings_[pattern.keeps];
    if (!spelling) spelling = spell(function_.name, pattern.keeps);
    const auto equals = [&](const std::string& text) {
      return pattern.wildcard ? wildcard_match(text, *spelling) : text == *spelling;
    };
    return equals(pattern.folded) || (pattern.plain != pattern.folded && equals(pattern.plain));
  }

  std::string_view module(const Pattern& pattern) {
    if (function_.module.find_first_of("([") == kNone || (pattern.keeps & kAnonymousNamespaces) != 0)
      return function_.module;
    if (!transparent_) transparent_ = transparent_module(function_.module);
    // The outermost anonymous namespace has nothing around it: there it is a name like others.
    return transparent_->empty() ? function_.module : *transparent_;
  }

  const Function& function_;
  std::optional<std::string> transparent_;
  std::array<std::optional<std::string>, kAllSpellings + 1> spellings_;  // by `keeps`
};

// `text` with `.` as `::`, but for `...` and what stands in sets and parameters.
std::string fold(std::string_view text) {
  std::string folded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dot = text[i] == '.' && !text.substr(i).starts_with("..") && (i == 0 || text[i - 1] != '.');
    if (text[i] == '(') return folded.append(text.substr(i));
    const std::size_t end = text[i] == '[' ? set_end(text, i) : kNone;
    if (end != kNone) {
      folded.append(text.substr(i, end - i));
      i = end - 1;
    } else {
      folded.append(dot ? "::" : text.substr(i, 1));
    }
  }
  return folded;
}

Error wrong(std::string_view text, const std::string& why) { return Error{quoted(text) + " " + why}; }

// What is wrong with any pattern; empty where nothing is.
std::string common_error(std::string_view text) {
  if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
    return "holds a control character";
  }
  if (text.starts_with(' ') || text.ends_with(' ')) return "has a space at its beginning or end";
  if (text.starts_with("::")) return "starts with \"::\"; write the name from the outermost namespace on, without it";
  if (text.ends_with("::")) return "ends with \"::\"";
  if (text.find(":::") != kNone || text.find("::::") != kNone) return "has an empty segment";
  return {};
}

// A `:` that stands alone, outside brackets.
bool has_single_colon(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(' || text[i] == '[' || text[i] == '{') ++depth;
    if (text[i] == ')' || text[i] == ']' || text[i] == '}') --depth;
    if (text[i] != ':' || depth > 0) continue;
    if (i + 1 == text.size() || text[i + 1] != ':') return true;
    ++i;
  }
  return false;
}

// A set in a function pattern: not `[]`, which is part of `operator[]`.
std::string without_literal_brackets(std::string_view text) {
  std::string out(text);
  for (std::size_t at = 0; (at = out.find("[]", at)) != kNone;) out.erase(at, 2);
  return out;
}

// `[]` as wildcards write it: `[[]]`.
std::string escape_brackets(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool literal = text.substr(i).starts_with("[]");
    out.append(literal ? "[[]]" : text.substr(i, 1));
    if (literal) ++i;
  }
  return out;
}

}  // namespace

Result<Pattern> compile_module_pattern(std::string_view text) {
  if (text.empty())
    return wrong(text, "is empty; a namespace such as \"app::db\" or a binary such as \"libz\" belongs here");
  if (std::string why = common_error(text); !why.empty()) return wrong(text, why);
  std::string rest(text);  // without anonymous namespaces, whose name has a space and parentheses
  bool anonymous = false;
  for (std::size_t at; (at = rest.find(kAnonymousNamespace)) != kNone;) {
    rest.replace(at, kAnonymousNamespace.size(), "_");
    anonymous = true;
  }
  if (rest.find('(') != kNone) return wrong(text, "looks like a function; it belongs in \"functions\"");
  if (rest.find('<') != kNone) return wrong(text, "has template arguments; a module is a namespace or a binary");
  if (rest.find(' ') != kNone) return wrong(text, "has a space in it");
  if (rest.find('/') != kNone) return wrong(text, "has a \"/\" in it; write a binary's name without its folder");
  if (std::string why = wildcard_error(rest); !why.empty()) return Error{quoted(text) + ": " + why};
  for (std::size_t at = 0; (at = rest.find('[', at)) != kNone; at = set_end(rest, at)) {
    if (rest.substr(at, set_end(rest, at) - at).find(':') != kNone)
      return wrong(text, "has \":\" in a set; a set stays within one segment");
  }
  if (rest.find("**") != kNone) {
    return wrong(text, "has \"**\" in it; \"*\" stays within one segment, and package_trees takes everything below");
  }
  if (has_single_colon(rest)) return wrong(text, "has a single \":\"; namespaces are separated by \"::\"");
  Pattern pattern;
  pattern.text = text;
  pattern.plain = text;
  pattern.folded = anonymous ? std::string(text) : fold(text);
  if (pattern.folded.find("::::") != kNone || pattern.folded.find("::.") != kNone || text.find("..") != kNone) {
    return wrong(text, "has an empty segment");
  }
  if (pattern.folded.starts_with("::") || pattern.folded.ends_with("::")) {
    return wrong(text, "starts or ends with \".\"");
  }
  pattern.wildcard = has_wildcard(text);
  pattern.keeps = anonymous ? kAnonymousNamespaces : 0;
  return pattern;
}

Result<Pattern> compile_function_pattern(std::string_view text) {
  if (text.empty()) return wrong(text, "is empty; a function such as \"app::db::query\" belongs here");
  if (std::string why = common_error(text); !why.empty()) return wrong(text, why);
  if (std::string why = wildcard_error(without_literal_brackets(text)); !why.empty())
    return Error{quoted(text) + ": " + why};
  if (has_single_colon(text)) return wrong(text, "has a single \":\"; namespaces are separated by \"::\"");

  Pattern pattern;
  pattern.text = text;
  spell(text, kAllSpellings, &pattern.keeps);
  std::string spelled = spell(text, pattern.keeps);  // as functions will be
  if (spelled.empty()) return wrong(text, "names no function");
  const bool literal_brackets = spelled.find("[]") != kNone;
  pattern.wildcard = has_wildcard(literal_brackets ? without_literal_brackets(spelled) : spelled);
  if (!pattern.wildcard && std::count(text.begin(), text.end(), '(') != std::count(text.begin(), text.end(), ')')) {
    return wrong(text, "has parentheses that do not close");
  }
  if (literal_brackets && pattern.wildcard) spelled = escape_brackets(spelled);
  pattern.plain = spelled;
  pattern.folded = fold(spelled);
  return pattern;
}

bool is_standard_library(const Function& function) {
  constexpr std::array<std::string_view, 8> kNamespaces = {
      "std", "__gnu_cxx", "__gnu_debug", "__gnu_parallel", "__cxxabiv1", "__pstl", "__gnu_internal", "__gnu_profile"};
  constexpr std::array<std::string_view, 13> kLibraries = {
      "libstdc++", "libc++", "libc++abi",  "libsupc++", "libc",      "libgcc_s",  "libm",
      "libdl",     "librt",  "libpthread", "libmvec",   "libresolv", "linux-vdso"};
  if (function.module_is_binary) {
    return std::find(kLibraries.begin(), kLibraries.end(), function.module) != kLibraries.end() ||
           function.module == "ld" || function.module.starts_with("ld-linux") || function.module.starts_with("ld-musl");
  }
  return std::any_of(kNamespaces.begin(), kNamespaces.end(),
                     [&](std::string_view name) { return matches_segments(name, false, function.module, true); });
}

Verdict Matcher::explain(const Function& function) const {
  Subject subject(function);
  const auto verdict = [](const Pattern& by, bool recorded) {
    return Verdict{recorded, by.key, by.text, by.line, recorded ? Reason::kIncluded : Reason::kExcluded};
  };
  if (const Pattern* by = subject.find_module(exclude_modules, true)) return verdict(*by, false);
  if (const Pattern* by = subject.find_function(exclude_functions)) return verdict(*by, false);
  if (package_trees.empty() && exact_modules.empty() && functions.empty()) {
    const bool standard = is_standard_library(function);
    return {.recorded = !standard, .reason = standard ? Reason::kStandardLibrary : Reason::kEverything};
  }
  if (const Pattern* by = subject.find_module(package_trees, true)) return verdict(*by, true);
  if (const Pattern* by = subject.find_module(exact_modules, false)) return verdict(*by, true);
  if (const Pattern* by = subject.find_function(functions)) return verdict(*by, true);
  return {};
}

PatternUse::PatternUse(const Policy& policy) {
  add(policy);
  for (const Rule& rule : policy.rules) add(rule);
  left_ = entries_.size();
}

void PatternUse::add(const Matcher& matcher) {
  for (const auto* list : {&matcher.exact_modules, &matcher.package_trees, &matcher.exclude_modules, &matcher.functions,
                           &matcher.exclude_functions}) {
    for (const Pattern& pattern : *list) entries_.push_back({&pattern, false});
  }
}

void PatternUse::see(const Function& function) {
  if (all_matched()) return;
  Subject subject(function);
  for (Entry& entry : entries_) {
    if (entry.matched || !subject.matches(*entry.pattern)) continue;
    entry.matched = true;
    --left_;
  }
}

std::vector<const Pattern*> PatternUse::unmatched() const {
  std::vector<const Pattern*> left;
  for (const Entry& entry : entries_) {
    if (!entry.matched) left.push_back(entry.pattern);
  }
  return left;
}

// Symbols spell identifiers out, but for `std` and for unnamed namespaces.
std::string_view word_of(const Pattern& module_pattern) {
  const std::string_view text = module_pattern.folded;
  if (text.find('(') != kNone) return {};
  const auto in_word = [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
  };
  std::string_view longest;
  for (std::size_t i = 0; i < text.size();) {
    if (!in_word(text[i])) {
      const std::size_t set = module_pattern.wildcard && text[i] == '[' ? set_end(text, i) : kNone;
      i = set != kNone ? set : i + 1;
      continue;
    }
    const std::size_t start = i;
    while (i < text.size() && in_word(text[i])) ++i;
    const std::string_view word = text.substr(start, i - start);
    if (word.size() > longest.size() && std::string_view("std").find(word) == kNone) longest = word;
  }
  return longest;
}

std::vector<const Pattern*> unmatched(const Policy& policy, std::span<const Function> functions) {
  PatternUse use(policy);
  for (const Function& function : functions) use.see(function);
  return use.unmatched();
}

}  // namespace glimpse::policy
