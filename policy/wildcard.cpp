#include "policy/wildcard.h"

namespace glimpse::policy {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// The character at `at`, which moves behind it.
char32_t next_character(std::string_view text, std::size_t* at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte((*at)++);
  const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
  if (more == 0 || *at + static_cast<std::size_t>(more) > text.size()) return lead;
  char32_t character = lead & (0x3fu >> more);
  for (int i = 0; i < more; ++i) {
    const unsigned char next = byte(*at + static_cast<std::size_t>(i));
    if ((next & 0xc0) != 0x80) return lead;
    character = character << 6 | (next & 0x3fu);
  }
  *at += static_cast<std::size_t>(more);
  return character;
}

bool negated(std::string_view set) { return set.size() > 1 && (set[1] == '!' || set[1] == '^'); }

// `set` with its brackets.
bool in_set(std::string_view set, char32_t character) {
  const bool negative = negated(set);
  bool found = false;
  const std::size_t end = set.size() - 1;
  for (std::size_t i = negative ? 2 : 1; i < end;) {
    const char32_t low = next_character(set, &i);
    char32_t high = low;
    if (i + 1 < end && set[i] == '-') {
      ++i;
      high = next_character(set, &i);
    }
    if (low <= character && character <= high) found = true;
  }
  return found != negative;
}

// One step of the pattern against one character of the text; both move on where they agree.
bool step(std::string_view pattern, std::size_t* p, std::string_view text, std::size_t* t) {
  if (pattern[*p] == '?') {
    next_character(text, t);
    ++*p;
    return true;
  }
  if (pattern[*p] == '[') {
    const std::size_t end = set_end(pattern, *p);
    if (end != kNone) {
      if (!in_set(pattern.substr(*p, end - *p), next_character(text, t))) return false;
      *p = end;
      return true;
    }
  }
  return pattern[(*p)++] == text[(*t)++];
}

}  // namespace

bool wildcard_match(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = kNone;  // where to go on in the pattern when `*` has to take one more
  std::size_t taken = 0;     // up to here in the text
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      taken = t;
      if (p == pattern.size()) return true;
      continue;
    }
    std::size_t next_p = p;
    std::size_t next_t = t;
    if (p < pattern.size() && step(pattern, &next_p, text, &next_t)) {
      p = next_p;
      t = next_t;
      continue;
    }
    if (star == kNone) return false;
    p = star;
    next_character(text, &taken);
    t = taken;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::size_t set_end(std::string_view pattern, std::size_t open) {
  std::size_t first = open + 1;
  if (negated(pattern.substr(open))) ++first;
  const std::size_t close = pattern.find(']', first + 1);
  return close == kNone ? kNone : close + 1;
}

std::string wildcard_error(std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '[') continue;
    const std::size_t end = set_end(pattern, i);
    if (end == kNone) {
      const bool empty = pattern.find(']', i) != kNone;
      return empty ? "a set such as [a-z] must not be empty" : "\"[\" is never closed by \"]\"";
    }
    const std::string_view set = pattern.substr(i, end - i);
    for (std::size_t at = negated(set) ? 2 : 1; at < set.size() - 1;) {
      const std::size_t low_at = at;
      const char32_t low = next_character(set, &at);
      if (at + 1 >= set.size() - 1 || set[at] != '-') continue;
      ++at;
      if (next_character(set, &at) < low) {
        return "the range \"" + std::string(set.substr(low_at, at - low_at)) + "\" runs backwards";
      }
    }
    i = end - 1;
  }
  return {};
}

bool has_wildcard(std::string_view pattern) { return pattern.find_first_of("*?[") != kNone; }

}  // namespace glimpse::policy
