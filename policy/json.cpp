#include "policy/json.h"

#include <array>

#include "policy/quote.h"

namespace glimpse::policy::json {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$'; }

void append_utf8(std::string* out, unsigned code) {
  const auto add = [&](unsigned byte) { *out += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xc0 | code >> 6);
    add(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    add(0xe0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3f));
    add(0x80 | (code & 0x3f));
  } else {
    add(0xf0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3f));
    add(0x80 | (code >> 6 & 0x3f));
    add(0x80 | (code & 0x3f));
  }
}

// Bytes of the UTF-8 character at `at`; 0 where the bytes there are no UTF-8 (RFC 3629: shortest form, no surrogates).
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
  const bool beyond = (lead == 0xed && byte(1) > 0x9f) || (lead == 0xf4 && byte(1) > 0x8f);
  return overlong || beyond ? 0 : length;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Document read() {
    Document document;
    if (check_bytes()) {
      skip_space();
      if (at_end()) {
        fail("the file is empty; a policy is a JSON object such as { \"package_trees\": [\"myapp\"] }");
      } else if (value(&document.root, 0)) {
        skip_space();
        if (!at_end()) fail_after_root();
      }
    }
    document.problem = std::move(problem_);
    return document;
  }

 private:
  // Bytes that no JSON text may hold, found before anything else, since an editor does not show them.
  bool check_bytes() {
    if (text_.starts_with("\xef\xbb\xbf"))
      return fail("the file starts with a byte order mark; save it as UTF-8 without one");
    if (text_.starts_with("\xff\xfe") || text_.starts_with("\xfe\xff"))
      return fail("the file is UTF-16; save it as UTF-8");
    while (!at_end()) {
      if (peek() == '\0') return fail("there is a NUL byte here; a policy is a text file");
      if (utf8_length(text_, at_) == 0) return fail("the bytes here are not UTF-8");
      advance();
    }
    at_ = 0;
    place_ = {};
    return true;
  }

  bool value(Value* out, int depth) {
    out->place = place_;
    if (depth > kMaxDepth) return fail("nested too deeply");
    switch (peek()) {
      case '{':
        return object(out, depth);
      case '[':
        return array(out, depth);
      case '"':
        out->kind = Kind::kString;
        return string(&out->text);
      default:
        if (peek() == '-' || is_digit(peek())) return number(out);
        return word(out);
    }
  }

  bool object(Value* out, int depth) {
    out->kind = Kind::kObject;
    advance();
    if (!skip_to_item("this \"{\" is never closed by \"}\"", out->place)) return false;
    if (peek() == '}') return advance();
    for (;;) {
      Member& member = out->members.emplace_back();
      member.place = place_;
      if (peek() != '"') return fail_key();
      if (!string(&member.key)) return false;
      skip_space();
      if (at_end() || peek() != ':') return fail_unless_comment("expected \":\" after the key " + quoted(member.key));
      advance();
      skip_space();
      if (at_end() || peek() == ',' || peek() == '}') return fail("the key " + quoted(member.key) + " has no value");
      if (!value(&member.value, depth + 1)) return false;
      bool closed = false;
      if (!next_item('}', "this \"{\" is never closed by \"}\"", out->place, &closed)) return false;
      if (closed) return true;
    }
  }

  bool array(Value* out, int depth) {
    out->kind = Kind::kArray;
    advance();
    if (!skip_to_item("this \"[\" is never closed by \"]\"", out->place)) return false;
    if (peek() == ']') return advance();
    for (;;) {
      if (!value(&out->items.emplace_back(), depth + 1)) return false;
      bool closed = false;
      if (!next_item(']', "this \"[\" is never closed by \"]\"", out->place, &closed)) return false;
      if (closed) return true;
    }
  }

  // After an item: a comma and something behind it, or the closing bracket.
  bool next_item(char close, const char* unclosed, Place open, bool* closed) {
    const Place end = place_;
    skip_space();
    if (at_end()) return fail(unclosed, open);
    if (peek() == close) {
      *closed = true;
      return advance();
    }
    const std::string closing(1, close);
    if (peek() == '"' || peek() == '{' || peek() == '[') return fail("a comma is missing here", end);
    if (peek() != ',') return fail_unless_comment("expected \",\" or \"" + closing + "\", got " + shown());
    const Place comma = place_;
    advance();
    if (!skip_to_item(unclosed, open)) return false;
    if (peek() == close) return fail("no comma may stand before \"" + closing + "\"", comma);
    if (peek() == ',') return fail("two commas follow each other");
    return true;
  }

  bool skip_to_item(const char* unclosed, Place open) {
    skip_space();
    return at_end() ? fail(unclosed, open) : true;
  }

  bool string(std::string* out) {
    const Place open = place_;
    advance();
    while (!at_end() && peek() != '"') {
      if (static_cast<unsigned char>(peek()) < 0x20) {
        if (peek() == '\n' || peek() == '\r') return fail("this string is not closed by the end of its line", open);
        return fail("there is a control character in this string; write a tab as \\t");
      }
      if (peek() == '\\') {
        if (!escape(out)) return false;
        continue;
      }
      out->append(text_.substr(at_, utf8_length(text_, at_)));
      advance();
    }
    if (at_end()) return fail("this string is never closed", open);
    return advance();
  }

  bool escape(std::string* out) {
    const Place start = place_;
    advance();
    constexpr std::string_view kFrom = "\"\\/bfnrt";
    constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
    if (at_end()) return fail("this string is never closed", start);
    if (const std::size_t i = kFrom.find(peek()); i != std::string_view::npos) {
      *out += kTo[i];
      return advance();
    }
    if (peek() != 'u')
      return fail("after \"\\\" only \" \\ / b f n r t u may stand; a backslash itself is written \\\\", start);
    advance();
    unsigned code = 0;
    if (!hex4(&code, start)) return false;
    if (code >= 0xdc00 && code <= 0xdfff) return fail("half of a surrogate pair", start);
    if (code >= 0xd800 && code <= 0xdbff) {
      unsigned low = 0;
      if (!text_.substr(at_).starts_with("\\u")) return fail("half of a surrogate pair", start);
      advance();
      advance();
      if (!hex4(&low, start)) return false;
      if (low < 0xdc00 || low > 0xdfff) return fail("half of a surrogate pair", start);
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    append_utf8(out, code);
    return true;
  }

  bool hex4(unsigned* code, Place start) {
    for (int i = 0; i < 4; ++i) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      const char c = at_end() ? ' ' : peek();
      const std::size_t digit = kDigits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
      if (digit == std::string_view::npos) return fail("\\u needs four hexadecimal digits", start);
      *code = *code * 16 + static_cast<unsigned>(digit);
      advance();
    }
    return true;
  }

  bool number(Value* out) {
    out->kind = Kind::kNumber;
    const std::size_t start = at_;
    const auto digits = [&] {
      const std::size_t first = at_;
      while (!at_end() && is_digit(peek())) advance();
      return at_ > first;
    };
    if (peek() == '-') advance();
    bool good = true;
    if (!at_end() && peek() == '0') {
      advance();
      good = at_end() || !is_digit(peek());
    } else {
      good = digits();
    }
    if (good && !at_end() && peek() == '.') {
      advance();
      good = digits();
    }
    if (good && !at_end() && (peek() == 'e' || peek() == 'E')) {
      advance();
      if (!at_end() && (peek() == '+' || peek() == '-')) advance();
      good = digits();
    }
    while (!at_end() && (is_letter(peek()) || is_digit(peek()) || peek() == '.')) {
      good = false;
      advance();
    }
    out->text = text_.substr(start, at_ - start);
    return good ? true : fail(quoted(out->text) + " is not a number as JSON writes it", out->place);
  }

  bool word(Value* out) {
    const std::size_t start = at_;
    while (!at_end() && (is_letter(peek()) || is_digit(peek()))) advance();
    out->text = text_.substr(start, at_ - start);
    out->kind = out->text == "null" ? Kind::kNull : Kind::kBool;
    if (out->text == "true" || out->text == "false" || out->text == "null") return true;
    if (out->text.empty()) return fail_value();
    return fail("unknown word " + quoted(out->text) + "; text is written in double quotes", out->place);
  }

  // A character that starts no value.
  bool fail_value() {
    if (peek() == ',') return fail("a value is missing before this comma");
    if (quote_like()) return fail("strings are written in straight double quotes: \"");
    return fail_unless_comment("expected a value, got " + shown());
  }

  bool fail_key() {
    if (quote_like()) return fail("strings are written in straight double quotes: \"");
    if (is_letter(peek())) return fail("a key is written in double quotes");
    return fail_unless_comment("expected a key in double quotes, got " + shown());
  }

  bool fail_after_root() {
    if (peek() == '}' || peek() == ']') return fail("this bracket closes nothing");
    return fail_unless_comment("the policy has ended, but something follows: " + shown());
  }

  bool fail_unless_comment(const std::string& otherwise) {
    if (!at_end() && (peek() == '#' || text_.substr(at_).starts_with("//") || text_.substr(at_).starts_with("/*"))) {
      return fail("JSON has no comments; remove this one");
    }
    return fail(otherwise);
  }

  bool quote_like() const {
    for (const std::string_view quote : {"'", "`", "\u2018", "\u2019", "\u201c", "\u201d", "\u201e"}) {
      if (text_.substr(at_).starts_with(quote)) return true;
    }
    return false;
  }

  std::string shown() const {
    if (at_end()) return "the end of the file";
    const unsigned char c = static_cast<unsigned char>(text_[at_]);
    if (c < 0x20 || c == 0x7f) return "a control character";
    return "\"" + std::string(text_.substr(at_, utf8_length(text_, at_))) + "\"";
  }

  void skip_space() {
    while (!at_end() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) advance();
  }

  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return text_[at_]; }

  // Over one character. Returns true, for the ends of functions.
  bool advance() {
    const char c = text_[at_];
    const std::size_t length = utf8_length(text_, at_);
    at_ += length == 0 ? 1 : length;
    if (c == '\n') {
      ++place_.line;
      place_.column = 1;
    } else {
      ++place_.column;
    }
    return true;
  }

  bool fail(std::string message) { return fail(std::move(message), place_); }
  bool fail(std::string message, Place place) {
    problem_ = Problem{place, std::move(message)};
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Place place_;
  std::optional<Problem> problem_;
};

}  // namespace

Document read(std::string_view text) { return Reader(text).read(); }

std::string_view describe(Kind kind) {
  constexpr std::array<std::string_view, 6> kNames = {"null",     "true or false", "a number",
                                                      "a string", "a list",        "an object"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace glimpse::policy::json
