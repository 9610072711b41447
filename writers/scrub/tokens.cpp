#include "writers/scrub/tokens.h"

#include <array>

namespace glimpse::writers::scrub {

namespace {

bool is_base64_url(char c) { return is_word(c) || c == '-'; }
bool is_base64(char c) { return is_alphanumeric(c) || c == '+' || c == '/'; }
bool is_token68(char c) { return is_base64_url(c) || c == '.' || c == '~' || c == '+' || c == '/'; }  // RFC 7235
bool is_upper_or_digit(char c) { return is_upper(c) || is_digit(c); }

struct Run {
  std::size_t end;
  bool has_digit = false;
};

Run run_of(const Window& window, std::size_t at, bool (*belongs)(char)) {
  Run run{at};
  while (belongs(window.at(run.end))) run.has_digit |= is_digit(window.text[run.end++]);
  return run;
}

unsigned base64_value(char c) {
  if (is_upper(c)) return static_cast<unsigned>(c - 'A');
  if (is_letter(c)) return static_cast<unsigned>(c - 'a') + 26;
  if (is_digit(c)) return static_cast<unsigned>(c - '0') + 52;
  return c == '+' ? 62 : 63;
}

// Whether base64 text begins with a user's name and a colon, as RFC 7617 has it.
bool decodes_to_user(std::string_view text) {
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    bits = bits << 6 | base64_value(c);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    const unsigned byte = bits >> count & 0xff;
    if (byte == ':') return true;
    if (byte < 0x20) return false;
  }
  return false;
}

// `trigger`: the place in the prefix at whose byte token_at() is called.
struct Shape {
  std::string_view prefix;
  std::size_t trigger;
  bool (*belongs)(char);
  std::size_t least;  // bytes behind the prefix
};
constexpr std::array<Shape, 24> kShapes{{
    {"ghp_", 3, is_base64_url, 20},         // GitHub
    {"gho_", 3, is_base64_url, 20},         //
    {"ghu_", 3, is_base64_url, 20},         //
    {"ghs_", 3, is_base64_url, 20},         //
    {"ghr_", 3, is_base64_url, 20},         //
    {"github_pat_", 6, is_base64_url, 20},  //
    {"glpat-", 5, is_base64_url, 15},       // GitLab
    {"xoxb-", 4, is_base64_url, 10},        // Slack
    {"xoxp-", 4, is_base64_url, 10},        //
    {"xoxa-", 4, is_base64_url, 10},        //
    {"xoxr-", 4, is_base64_url, 10},        //
    {"xoxs-", 4, is_base64_url, 10},        //
    {"xoxe-", 4, is_base64_url, 10},        //
    {"xapp-", 4, is_base64_url, 10},        //
    {"sk-", 2, is_base64_url, 20},          // OpenAI, Anthropic
    {"sk_live_", 2, is_base64_url, 16},     // Stripe
    {"sk_test_", 2, is_base64_url, 16},     //
    {"rk_live_", 2, is_base64_url, 16},     //
    {"npm_", 3, is_base64_url, 30},         // npm
    {"hf_", 2, is_base64_url, 30},          // Hugging Face
    {"pypi-", 4, is_base64_url, 30},        // PyPI
    {"AKIA", 2, is_upper_or_digit, 16},     // Amazon
    {"ASIA", 2, is_upper_or_digit, 16},     //
    {"AIza", 1, is_base64_url, 30},         // Google
}};

// What stands before the trigger of any shape: most `_` and `-` are behind something else.
constexpr std::array<bool, 256> kBeforeTriggers = [] {
  std::array<bool, 256> before{};
  for (const Shape& shape : kShapes) before[static_cast<unsigned char>(shape.prefix[shape.trigger - 1])] = true;
  return before;
}();

Match of_shape(const Window& window, std::size_t at, const Shape& shape) {
  if (at < window.floor + shape.trigger) return {};
  const std::size_t begin = at - shape.trigger;
  if (!window.text.substr(begin).starts_with(shape.prefix) || is_base64_url(window.before(begin))) return {};
  const std::size_t body = begin + shape.prefix.size();
  const Run run = run_of(window, body, shape.belongs);
  if (run.end - body < shape.least || !run.has_digit) return {};
  const bool exact = shape.belongs == is_upper_or_digit;
  if (exact && (run.end - body > shape.least || is_word(window.at(run.end)))) return {};
  return {begin, run.end, kToken};
}

// Header, payload and signature; whatever further parts there are (RFC 7516).
Match json_web_token(const Window& window, std::size_t at) {
  if (at < window.floor + 2 || window.text.substr(at - 2, 3) != "eyJ") return {};
  const std::size_t begin = at - 2;
  if (is_base64_url(window.before(begin))) return {};
  std::size_t end = run_of(window, begin, is_base64_url).end;
  if (end - begin < 10 || window.at(end) != '.') return {};
  const std::size_t payload = run_of(window, end + 1, is_base64_url).end;
  if (payload - end < 5) return {};
  end = payload;
  while (window.at(end) == '.' && is_base64_url(window.at(end + 1))) end = run_of(window, end + 1, is_base64_url).end;
  return {begin, end, kToken};
}

}  // namespace

Match scheme_at(const Window& window, std::size_t at) {
  const bool bearer = equals_ignoring_case(window.text.substr(at, 6), "bearer");
  const bool basic = !bearer && equals_ignoring_case(window.text.substr(at, 5), "basic");
  if ((!bearer && !basic) || is_word(window.before(at))) return {};
  std::size_t begin = at + (bearer ? 6 : 5);
  if (!is_blank(window.at(begin))) return {};
  while (is_blank(window.at(begin))) ++begin;
  const Run run = run_of(window, begin, bearer ? is_token68 : is_base64);
  std::size_t end = run.end;
  while (window.at(end) == '=') ++end;
  const bool padded = end > run.end;
  while (end > begin && window.text[end - 1] == '.') --end;  // the sentence's
  const std::size_t size = end - begin;
  const bool is_one = bearer
                          ? size >= 6 && (run.has_digit || padded || size >= 32)
                          : size >= 8 && (run.has_digit || padded || decodes_to_user(window.text.substr(begin, size)));
  if (!is_one) return {};
  return {begin, end, kToken};
}

Match token_at(const Window& window, std::size_t at) {
  const char c = window.text[at];
  if (c == 'J') return json_web_token(window, at);
  const char before = window.before(at);
  if (!kBeforeTriggers[static_cast<unsigned char>(before)]) return {};
  for (const Shape& shape : kShapes) {
    if (shape.prefix[shape.trigger] != c || shape.prefix[shape.trigger - 1] != before) continue;
    if (const Match match = of_shape(window, at, shape)) return match;
  }
  return {};
}

}  // namespace glimpse::writers::scrub
