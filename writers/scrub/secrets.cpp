#include "writers/scrub/secrets.h"

#include <algorithm>
#include <array>

#include "glimpse/secret_name.h"

namespace glimpse::writers::scrub {

namespace {

constexpr std::size_t kMostBlanks = 8;  // between a name and its separator

bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }
bool is_name(char c) { return is_word(c) || c == '-'; }

bool ends_value(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' || is_quote(c) ||
         std::string_view(",;&<>|)]}").find(c) != std::string_view::npos;
}

// `name`, `"name"`, `\"name\"`, `['name']` before the separator at `at`.
std::string_view name_before(const Window& window, std::size_t at) {
  std::size_t end = at;
  const auto last = [&] { return end > window.floor ? window.text[end - 1] : '\0'; };
  while (is_blank(last()) && at - end < kMostBlanks) --end;
  if (last() == ']' && end - window.floor >= 2 && is_quote(window.text[end - 2])) --end;
  if (is_quote(last())) {
    --end;
    for (std::size_t i = 0; last() == '\\' && i < kMostBlanks; ++i) --end;
  }
  std::size_t begin = end;
  while (begin > window.floor && is_name(window.text[begin - 1])) --begin;
  return window.text.substr(begin, end - begin);
}

// Where the quoted text ends that begins at `begin` behind `quote` with `backslashes` before it; the text's end where
// it is not closed.
std::size_t quoted_end(const Window& window, std::size_t begin, char quote, std::size_t backslashes) {
  std::size_t before = 0;
  for (std::size_t at = begin; at < window.text.size(); ++at) {
    const char c = window.text[at];
    if (c == '\\') {
      ++before;
      continue;
    }
    if (c == quote && (backslashes == 0 ? before % 2 == 0 : before == backslashes)) return at - backslashes;
    before = 0;
  }
  return window.text.size();
}

// Behind the bracket that closes the one at `at`; the text's end where none does.
std::size_t bracket_end(const Window& window, std::size_t at) {
  const char open = window.text[at];
  const char close = open == '[' ? ']' : open == '{' ? '}' : ')';
  std::size_t depth = 0;
  for (; at < window.text.size(); ++at) {
    if (window.text[at] == open) ++depth;
    if (window.text[at] == close && --depth == 0) return at + 1;
  }
  return at;
}

struct Value {
  std::size_t begin;
  std::size_t end;
};

Value plain_value(const Window& window, std::size_t begin) {
  std::size_t end = begin;
  const char first = window.at(begin);
  if (first == '[' || first == '{' || first == '(') end = bracket_end(window, begin);
  while (end < window.text.size() && !ends_value(window.text[end])) ++end;
  return {begin, end};
}

Value value_behind(const Window& window, std::size_t at) {
  std::size_t begin = at + 1;
  const char next = window.at(begin);
  if (next == '=' || (next == '>' && window.text[at] == '=')) ++begin;  // `==`, `:=`, `=>`
  while (is_blank(window.at(begin))) ++begin;
  std::size_t quote = begin;
  while (window.at(quote) == '\\' && quote - begin < kMostBlanks) ++quote;
  if (!is_quote(window.at(quote))) return plain_value(window, begin);
  return {quote + 1, quoted_end(window, quote + 1, window.at(quote), quote - begin)};
}

// The scheme of an `Authorization` before the value proper; 0 where there is none.
std::size_t scheme_size(std::string_view text) {
  constexpr std::array<std::string_view, 6> kSchemes{"bearer", "basic", "digest", "token", "negotiate", "apikey"};
  std::size_t size = 0;
  while (size < text.size() && is_letter(text[size])) ++size;
  const std::string_view word = text.substr(0, size);
  if (size == text.size() || text[size] != ' ') return 0;
  if (std::none_of(kSchemes.begin(), kSchemes.end(), [&](auto scheme) { return equals_ignoring_case(word, scheme); }))
    return 0;
  while (size < text.size() && text[size] == ' ') ++size;
  return size;
}

// `max_tokens=100`, `password_length: 8`: how many or how long, not what.
bool is_measure(std::string_view name, std::string_view value) {
  constexpr std::array<std::string_view, 7> kMeasures{"tokens", "count", "length", "len", "size", "limit", "index"};
  if (!std::all_of(value.begin(), value.end(), is_digit)) return false;
  return std::any_of(kMeasures.begin(), kMeasures.end(), [&](std::string_view measure) {
    return name.size() > measure.size() && equals_ignoring_case(name.substr(name.size() - measure.size()), measure);
  });
}

// `}` of a parser that met it, `true` of a flag, and what is no value at all.
bool says_nothing(std::string_view value) {
  constexpr std::array<std::string_view, 7> kNone{"null", "nullptr", "nil", "none", "true", "false", "undefined"};
  if (is_placeholder(value)) return true;
  if (std::any_of(kNone.begin(), kNone.end(), [&](auto none) { return equals_ignoring_case(value, none); }))
    return true;
  return value.size() < 4 && std::none_of(
                                 value.begin(), value.end(),
                                 [](char c) { return is_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80; });
}

}  // namespace

Match secret_at(const Window& window, std::size_t at) {
  const bool colon = window.text[at] == ':';
  if (colon && (window.at(at + 1) == ':' || window.before(at) == ':')) return {};
  const std::string_view name = name_before(window, at);
  if (name.empty() || !is_secret_name(name)) return {};
  if (colon && (equals_ignoring_case(name, "auth") || equals_ignoring_case(name, "bearer"))) return {};  // prose
  Value value = value_behind(window, at);
  const std::size_t most = window.text.size() - value.begin;
  const bool quoted = value.begin > 0 && is_quote(window.text[value.begin - 1]);
  const std::size_t scheme =
      scheme_size(window.text.substr(value.begin, quoted ? value.end - value.begin : std::min<std::size_t>(most, 64)));
  if (scheme > 0) {
    const bool digest = equals_ignoring_case(window.text.substr(value.begin, 6), "digest");
    value.begin += scheme;
    if (!quoted) value = plain_value(window, value.begin);
    if (!quoted && digest) value.end = std::min(window.text.find_first_of("\r\n", value.begin), window.text.size());
  }
  if (value.end <= value.begin) return {};
  const std::string_view text = window.text.substr(value.begin, value.end - value.begin);
  if (says_nothing(text) || is_measure(name, text)) return {};
  return {value.begin, value.end, scheme > 0 ? kToken : kSecret};
}

bool is_secret_value(std::string_view name, std::string_view value) {
  return !value.empty() && is_secret_name(name) && !says_nothing(value) && !is_measure(name, value);
}

Match url_password_at(const Window& window, std::size_t at) {
  if (!is_alphanumeric(window.before(at))) return {};
  const std::size_t begin = at + 3;
  std::size_t colon = 0;
  std::size_t sign = 0;  // the last `@`
  bool sign_in_user = false;
  for (std::size_t next = begin; next < window.text.size(); ++next) {
    const char c = window.text[next];
    if (static_cast<unsigned char>(c) <= ' ' || c == '/' || c == '?' || c == '<' || c == '>' || is_quote(c)) break;
    if (c == ':' && colon == 0) colon = next;
    if (c == '@') {
      sign = next;
      sign_in_user |= colon == 0;
    }
  }
  if (colon == 0 || sign < colon) return {};
  const std::size_t secret = sign_in_user ? begin : colon + 1;
  if (sign <= secret || is_placeholder(window.text.substr(secret, sign - secret))) return {};
  return {secret, sign, kSecret};
}

// RFC 7468, and what OpenSSH and OpenSSL call theirs.
Match private_key_at(const Window& window, std::size_t at) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr std::string_view kEnd = "-----END ";
  constexpr std::string_view kKey = "PRIVATE KEY";
  if (window.at(at + 1) != '-' || window.before(at) == '-' || !window.text.substr(at).starts_with(kBegin)) return {};
  const std::size_t label = at + kBegin.size();
  if (window.text.substr(label, 40).find(kKey) == std::string_view::npos) return {};
  const std::size_t last = window.text.find(kEnd, label);
  if (last == std::string_view::npos) return {at, window.text.size(), kSecret};
  std::size_t end = std::min(window.text.find("-----", last + kEnd.size()), window.text.size());
  while (window.at(end) == '-') ++end;
  return {at, end, kSecret};
}

std::size_t secret_option_size(std::string_view argument) {
  const std::size_t equals = argument.find('=');
  if (equals == std::string_view::npos) return 0;
  const std::string_view name = argument.substr(0, equals);
  return std::all_of(name.begin(), name.end(), is_name) && is_secret_name(name) ? equals + 1 : 0;
}

bool is_secret_option(std::string_view argument) {
  return argument.starts_with('-') && std::all_of(argument.begin(), argument.end(), is_name) &&
         is_secret_name(argument);
}

}  // namespace glimpse::writers::scrub
