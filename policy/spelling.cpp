#include "policy/spelling.h"

#include <array>
#include <cctype>

namespace glimpse::policy {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_identifier(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}

bool starts_at(std::string_view text, std::size_t at, std::string_view what) {
  return text.substr(at).starts_with(what);
}

// What may follow an operator's name: parameters, template arguments, a scope, an ABI tag, a wildcard, or nothing.
bool may_follow_operator(std::string_view text, std::size_t at) {
  return at >= text.size() || std::string_view("(<:[ *?#").find(text[at]) != kNone;
}

// One past the type of a conversion operator that starts at `at`. `operator void (*)(int)()`: a group that opens with
// `*` or `&` and the group behind it belong to the type.
std::size_t conversion_end(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const char c = text[at];
    if (c == '(' && at + 1 < text.size() && (text[at + 1] == '*' || text[at + 1] == '&')) {
      const std::size_t pointer = group_end(text, at);
      if (pointer == kNone) return text.size();
      const std::size_t arguments = pointer < text.size() && text[pointer] == '(' ? group_end(text, pointer) : pointer;
      if (arguments == kNone) return text.size();
      at = arguments;
    } else if (starts_at(text, at, kAnonymousNamespace)) {
      at += kAnonymousNamespace.size();
    } else if (c == '(') {
      return at;
    } else if (c == '<') {
      const std::size_t end = group_end(text, at);
      if (end == kNone) return text.size();
      at = end;
    } else {
      ++at;
    }
  }
  return text.size();
}

// One past the operator that starts at `at` and is written with symbols or a keyword (`operator<<`, `operator new[]`);
// `at` where none does; kNone where it is a conversion operator.
std::size_t symbol_operator_end(std::string_view text, std::size_t at) {
  constexpr std::string_view kWord = "operator";
  if (text[at] != 'o' || !starts_at(text, at, kWord) || (at > 0 && is_identifier(text[at - 1]))) return at;
  std::size_t i = at + kWord.size();
  if (i >= text.size()) return i;
  if (is_identifier(text[i])) return at;  // `operators`

  // Longest first. LLVM writes `operator<<int>` for `operator<` of int; what follows tells them apart.
  constexpr std::array<std::string_view, 39> kSymbols = {"()", "[]", "->*", "<=>", "<<=", ">>=", "->", "++", "--", "<<",
                                                         ">>", "<=", ">=",  "==",  "!=",  "&&",  "||", "+=", "-=", "*=",
                                                         "/=", "%=", "^=",  "&=",  "|=",  "+",   "-",  "*",  "/",  "%",
                                                         "^",  "&",  "|",   "~",   "!",   "=",   "<",  ">",  ","};
  for (const std::string_view symbol : kSymbols) {
    if (starts_at(text, i, symbol) && may_follow_operator(text, i + symbol.size())) return i + symbol.size();
  }
  while (i < text.size() && text[i] == ' ') ++i;
  if (starts_at(text, i, "\"\"")) {  // operator"" _kb
    i += 2;
    while (i < text.size() && text[i] == ' ') ++i;
    while (i < text.size() && is_identifier(text[i])) ++i;
    return i;
  }
  for (const std::string_view word : {"new[]", "delete[]", "new", "delete", "co_await"}) {
    if (starts_at(text, i, word) && may_follow_operator(text, i + word.size())) return i + word.size();
  }
  return text[at + kWord.size()] == ' ' ? kNone : at + kWord.size();
}

// One past the operator's name that starts at `at`, `operator unsigned long` included, or `at` where none does.
std::size_t operator_end(std::string_view text, std::size_t at) {
  const std::size_t end = symbol_operator_end(text, at);
  return end != kNone ? end : conversion_end(text, at + std::string_view("operator ").size());
}

// One past the words behind parameters: ` const &`. `at` where there are none.
std::size_t qualifiers_end(std::string_view text, std::size_t at) {
  for (;;) {
    std::size_t i = at;
    while (i < text.size() && text[i] == ' ') ++i;
    std::size_t end = kNone;
    for (const std::string_view word : {"const", "volatile", "noexcept", "__restrict", "restrict", "&&", "&"}) {
      if (!starts_at(text, i, word)) continue;
      const std::size_t after = i + word.size();
      if (word[0] != '&' && after < text.size() &&
          (is_identifier(text[after]) || text[after] == '*' || text[after] == '&'))
        continue;
      end = after;
      break;
    }
    if (end == kNone) return at;
    at = end;
  }
}

// Without what a compiler or a demangler hangs behind a name: ` [clone .cold]`, ` (.part.0)`, ` requires …`.
std::string_view without_suffixes(std::string_view name) {
  for (;;) {
    std::size_t open = kNone;
    if (name.ends_with(']')) open = name.rfind(" [clone ");
    if (name.ends_with(')')) open = name.rfind(" (.");
    if (open == kNone || name.find_first_of("])", open) != name.size() - 1) return name;
    name = name.substr(0, open);
  }
}

// Where the declarator stands in `name`: the name with its parameters, without the type before it. `inner` receives
// what is in the parentheses of `void (*app::get<int>(int))(char)`, which is to be looked at in turn.
std::string_view find_declarator(std::string_view name, bool* inner) {
  std::size_t start = 0;
  bool groups = true;  // false after a bracket that nothing closes: then brackets are plain characters
  *inner = false;
  for (std::size_t i = 0; i < name.size();) {
    const char c = name[i];
    if (const std::size_t operator_name = operator_end(name, i); operator_name != i) {
      i = operator_name;
      if (starts_at(name, i, " <")) ++i;  // operator< <int>
    } else if (groups && (c == '(' || c == '<' || c == '{' || c == '[')) {
      const std::size_t close = group_end(name, i);
      groups = close != kNone;
      if (groups && (starts_at(name, i, "(*") || starts_at(name, i, "(&")) && i > 0 && name[i - 1] == ' ') {
        const std::size_t first = name.find_first_not_of("*& ", i + 1);
        *inner = first < close - 1;
        if (*inner) return name.substr(first, close - 1 - first);
      }
      i = groups ? close : i + 1;
    } else if (c == ' ') {
      if (starts_at(name, i, " requires ")) return name.substr(start, i - start);
      const std::size_t after = qualifiers_end(name, i);
      const std::string_view rest = name.substr(i + 1);  // `f (int)` is one name
      const bool begins = rest.starts_with(kAnonymousNamespace) || rest.find_first_of("([<") != 0;
      if (after == i && begins) start = i + 1;
      i = after == i ? i + 1 : after;
    } else {
      ++i;
    }
  }
  return name.substr(start);
}

std::string_view without_return_type(std::string_view name) {
  constexpr int kDeepest = 4;  // functions that return pointers to functions that return pointers …
  bool inner = true;
  for (int depth = 0; inner && depth < kDeepest; ++depth) name = find_declarator(name, &inner);
  return name;
}

// Appends, leaving out spaces that separate nothing: `f(int, char const *)` is `f(int,char const*)`.
class Output {
 public:
  explicit Output(std::size_t expected) { text_.reserve(expected); }

  void add(char c) {
    if (c == ' ') {
      space_ = true;
      return;
    }
    if (space_ && !text_.empty() && is_identifier(text_.back()) && is_identifier(c)) text_ += ' ';
    space_ = false;
    text_ += c;
  }
  void add(std::string_view text) {
    for (const char c : text) add(c);
  }
  // A bracket group: as it is, but for ABI tags and, where they are not kept, anonymous namespaces.
  void add_group(std::string_view group, bool keep_anonymous) {
    for (std::size_t i = 0; i < group.size();) {
      if (group[i] == '[' && starts_at(group, i, "[abi:")) {
        const std::size_t close = group.find(']', i);
        if (close != kNone) {
          i = close + 1;
          continue;
        }
      }
      if (!keep_anonymous && group[i] == '(' && starts_at(group, i, kAnonymousNamespace) &&
          starts_at(group, i + kAnonymousNamespace.size(), "::")) {
        i += kAnonymousNamespace.size() + 2;
        continue;
      }
      add(group[i++]);
    }
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  bool space_ = false;
};

}  // namespace

std::size_t group_end(std::string_view text, std::size_t open) {
  std::string stack;  // the closing brackets awaited, innermost last
  for (std::size_t i = open; i < text.size(); ++i) {
    if (i > open && text[i] == 'o') {
      const std::size_t after = symbol_operator_end(text, i);
      if (after != i && after != kNone) {  // the type of a conversion holds ordinary brackets
        i = after - 1;
        continue;
      }
    }
    switch (text[i]) {
      case '(':
        stack += ')';
        break;
      case '<':
        stack += '>';
        break;
      case '{':
        stack += '}';
        break;
      case '[':
        stack += ']';
        break;
      case '>':
        if (text[i - 1] == '-') break;  // ->
        if (stack.back() == '>') stack.pop_back();
        break;
      case ')':
      case '}':
      case ']':
        // A `<` still open in here was "less than".
        while (stack.size() > 1 && stack.back() == '>') stack.pop_back();
        if (stack.back() == text[i])
          stack.pop_back();
        else if (stack.size() == 1)
          return kNone;
        break;
      default:
        break;
    }
    if (stack.empty()) return i + 1;
  }
  return kNone;
}

std::string spell(std::string_view name, std::uint8_t keep, std::uint8_t* found) {
  std::uint8_t parts = 0;
  name = without_return_type(without_suffixes(name));
  Output out(name.size());
  bool angles = true;  // false after a `<` that nothing closes: then they are plain characters
  for (std::size_t i = 0; i < name.size();) {
    const char c = name[i];
    if (const std::size_t after = operator_end(name, i); after != i) {
      out.add_group(name.substr(i, after - i), (keep & kAnonymousNamespaces) != 0);
      i = after;
    } else if (c == '(' && starts_at(name, i, kAnonymousNamespace)) {
      parts |= kAnonymousNamespaces;
      i += kAnonymousNamespace.size();
      if ((keep & kAnonymousNamespaces) != 0) {
        out.add(kAnonymousNamespace);
      } else if (starts_at(name, i, "::")) {
        i += 2;
      }
    } else if (c == '<') {
      parts |= kTemplateArguments;
      const std::size_t close = angles ? group_end(name, i) : kNone;
      angles = close != kNone;
      const std::size_t end = angles ? close : i + 1;
      if ((keep & kTemplateArguments) != 0) out.add_group(name.substr(i, end - i), (keep & kAnonymousNamespaces) != 0);
      i = end;
    } else if (c == '(') {
      parts |= kParameters;
      const std::size_t close = group_end(name, i);
      const std::size_t end = close == kNone ? name.size() : close;
      if ((keep & kParameters) != 0) out.add_group(name.substr(i, end - i), (keep & kAnonymousNamespaces) != 0);
      i = qualifiers_end(name, end);
      if (i != end) {
        parts |= kQualifiers;
        if ((keep & kQualifiers) != 0) out.add(name.substr(end, i - end));
      }
    } else if (c == '[') {
      const std::size_t close = name.find(']', i + 1);
      const std::size_t end = close == kNone ? name.size() : close + 1;
      if (!starts_at(name, i, "[abi:")) out.add(name.substr(i, end - i));
      i = end;
    } else {
      out.add(c);
      ++i;
    }
  }
  if (found != nullptr) *found = parts;
  return out.take();
}

std::string transparent_module(std::string_view module) {
  std::string out;
  out.reserve(module.size());
  for (std::size_t i = 0; i < module.size();) {
    if (starts_at(module, i, "[abi:")) {
      const std::size_t close = module.find(']', i);
      i = close == kNone ? module.size() : close + 1;
    } else if (starts_at(module, i, kAnonymousNamespace)) {
      i += kAnonymousNamespace.size();
      if (starts_at(module, i, "::")) {
        i += 2;
      } else if (out.ends_with("::")) {
        out.resize(out.size() - 2);
      }
    } else {
      out += module[i++];
    }
  }
  return out;
}

}  // namespace glimpse::policy
