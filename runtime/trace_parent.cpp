#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "runtime/text.h"
#include "runtime/trace_parent.h"

namespace glimpse::runtime {

namespace {

// Lower-case digits only: upper-case ones are an error.
bool read_hex(const char*& at, unsigned digits, uint64_t& value) {
  value = 0;
  for (unsigned i = 0; i < digits; ++i, ++at) {
    if (*at >= '0' && *at <= '9') {
      value = value << 4 | static_cast<uint64_t>(*at - '0');
    } else if (*at >= 'a' && *at <= 'f') {
      value = value << 4 | static_cast<uint64_t>(*at - 'a' + 10);
    } else {
      return false;
    }
  }
  return true;
}

bool read_dash(const char*& at) {
  if (*at != '-') return false;
  ++at;
  return true;
}

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_key_char(char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '-' || c == '*' || c == '/'; }
bool is_value_char(char c) { return c >= 0x20 && c <= 0x7e && c != ',' && c != '='; }

// A key, or tenant@system: at most 256 characters, and 241 and 14.
bool read_key(const char*& at) {
  const char* begin = at;
  const char* system = nullptr;
  if (!is_lower(*at) && !is_digit(*at)) return false;
  while (is_key_char(*at) || (*at == '@' && system == nullptr)) {
    if (*at++ == '@') system = at;
  }
  if (system == nullptr) return is_lower(*begin) && at - begin <= 256;
  return is_lower(*system) && at - system <= 14 && system - 1 - begin <= 241;
}

bool read_value(const char*& at) {
  const char* begin = at;
  while (is_value_char(*at)) ++at;
  const char* end = at;
  while (end > begin && end[-1] == ' ') --end;  // blanks behind the member
  return end > begin && end - begin <= 256;
}

}  // namespace

bool parse_trace_parent(const char* text, glimpse_context& context) {
  const char* at = text;
  uint64_t version = 0;
  uint64_t high = 0;
  uint64_t low = 0;
  uint64_t span = 0;
  uint64_t flags = 0;
  const bool shaped = read_hex(at, 2, version) && read_dash(at) && read_hex(at, 16, high) && read_hex(at, 16, low) &&
                      read_dash(at) && read_hex(at, 16, span) && read_dash(at) && read_hex(at, 2, flags);
  if (!shaped || version == 0xff || (high | low) == 0 || span == 0) return false;
  if (*at != 0 && (version == 0 || *at != '-')) return false;  // later versions may say more
  context = {high, low, span, static_cast<uint32_t>(flags), 1, nullptr};
  return true;
}

bool is_trace_state(const char* text) {
  if (text_length(text) > kMostTraceStateBytes) return false;
  unsigned members = 0;
  for (const char* at = text;; ++at) {
    while (is_blank(*at)) ++at;
    if (*at != ',' && *at != 0) {  // else an empty member, which is allowed
      if (++members > 32 || !read_key(at) || *at++ != '=' || !read_value(at)) return false;
      while (is_blank(*at)) ++at;
    }
    if (*at == 0) return members > 0;
    if (*at != ',') return false;
  }
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
