#include "writers/scrub/scrubber.h"

#include <array>
#include <cstdint>

#include "writers/scrub/addresses.h"
#include "writers/scrub/cards.h"
#include "writers/scrub/emails.h"
#include "writers/scrub/patterns.h"
#include "writers/scrub/secrets.h"
#include "writers/scrub/tokens.h"
#include "writers/scrub/window.h"

namespace glimpse::writers::scrub {

namespace {

// A replacement may show what stood in its shadow: then there is another pass. Two are seldom needed, more have not
// been seen.
constexpr int kMostPasses = 8;

// Which rules a byte may call. Most text has few bytes that call one.
enum class Call : std::uint8_t { kNone, kDigit, kAt, kColon, kEquals, kToken, kScheme };

constexpr std::array<Call, 256> kCalls = [] {
  std::array<Call, 256> calls{};
  for (unsigned char c = '0'; c <= '9'; ++c) calls[c] = Call::kDigit;
  calls['@'] = Call::kAt;
  calls[':'] = Call::kColon;
  calls['='] = Call::kEquals;
  for (const unsigned char c : {'_', '-', 'I', 'J'}) calls[c] = Call::kToken;
  calls['B'] = calls['b'] = Call::kScheme;
  return calls;
}();

Call call_of(char c) { return kCalls[static_cast<unsigned char>(c)]; }

std::size_t next_call(std::string_view text, std::size_t at) {
  while (at < text.size() && call_of(text[at]) == Call::kNone) ++at;
  return at;
}

// Digits of whom neither a card's number nor an address can begin.
bool are_only_digits(const Window& window, std::size_t begin, std::size_t end) {
  const char behind = window.at(end);
  const bool goes_on = (behind == '.' || behind == ' ' || behind == '-') && is_digit(window.at(end + 1));
  return end - begin < 13 && !goes_on;
}

Match match_at(const Window& window, std::size_t at) {
  switch (call_of(window.text[at])) {
    case Call::kDigit: {
      if (const Match address = ipv4_at(window, at)) return address;
      return card_at(window, at);
    }
    case Call::kAt:
      return email_at(window, at);
    case Call::kColon: {
      if (window.at(at + 1) == '/' && window.at(at + 2) == '/') return url_password_at(window, at);
      if (const Match secret = secret_at(window, at)) return secret;
      return ipv6_at(window, at);
    }
    case Call::kEquals:
      return secret_at(window, at);
    case Call::kToken: {
      if (window.text[at] == '-') {
        if (const Match key = private_key_at(window, at)) return key;
      }
      return token_at(window, at);
    }
    case Call::kScheme:
      return scheme_at(window, at);
    case Call::kNone:
      return {};
  }
  return {};
}

// False, and `out` as it was, where nothing is found.
bool replace(std::string_view text, std::string& out) {
  Window window{text};
  std::size_t at = next_call(text, 0);
  while (at < text.size()) {
    std::size_t next = at + 1;
    if (call_of(text[at]) == Call::kDigit) {
      while (is_digit(window.at(next))) ++next;
      if (are_only_digits(window, at, next)) {
        at = next_call(text, next);
        continue;
      }
    }
    if (const Match match = match_at(window, at)) {
      if (window.floor == 0) out.clear();
      out += text.substr(window.floor, match.begin - window.floor);
      out += match.by;
      window.floor = next = match.end;
    }
    at = next_call(text, next);
  }
  if (window.floor == 0) return false;
  out += text.substr(window.floor);
  return true;
}

}  // namespace

std::string_view Scrubber::scrub(std::string_view text) {
  std::size_t room = 0;
  bool changed = true;
  for (int pass = 0; pass < kMostPasses && changed; ++pass) {
    changed = false;
    if (patterns_ != nullptr && patterns_->replace(text, rooms_[room])) {
      text = rooms_[room];
      room ^= 1;
      changed = true;
    }
    if (replace(text, rooms_[room])) {
      text = rooms_[room];
      room ^= 1;
      changed = true;
    }
  }
  return text;
}

}  // namespace glimpse::writers::scrub
