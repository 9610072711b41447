// The texts of W3C Trace Context: traceparent and tracestate, as the recommendation has them to the letter.
//
//   traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
//   tracestate:  rojo=00f067aa0ba902b7,congo=t61rcWkgMzE
//
// Threads: plain functions. Failure: what is not valid is empty; nothing is mended but white space around a text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/context.h"
#include "glimpse/program.h"

namespace glimpse {

namespace detail {

// Optional white space of HTTP: blanks and tabs.
GLIMPSE_UNTRACED inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Lower-case digits only. False: there is something else among them.
GLIMPSE_UNTRACED inline bool read_hex(std::string_view digits, std::uint64_t& number) {
  number = 0;
  for (const char c : digits) {
    std::uint64_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<std::uint64_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<std::uint64_t>(c - 'a') + 10;
    } else {
      return false;
    }
    number = number << 4 | digit;
  }
  return true;
}

GLIMPSE_UNTRACED inline bool is_key_start(char c, bool digit_too) {
  return (c >= 'a' && c <= 'z') || (digit_too && c >= '0' && c <= '9');
}
GLIMPSE_UNTRACED inline bool is_key_part(std::string_view part, bool digit_first, std::size_t most) {
  if (part.empty() || part.size() > most || !is_key_start(part.front(), digit_first)) return false;
  for (const char c : part) {
    if (!is_key_start(c, true) && c != '_' && c != '-' && c != '*' && c != '/') return false;
  }
  return true;
}
// simple-key, or tenant@system.
GLIMPSE_UNTRACED inline bool is_tracestate_key(std::string_view key) {
  const std::size_t at = key.find('@');
  if (at == std::string_view::npos) return is_key_part(key, false, 256);
  return is_key_part(key.substr(0, at), true, 241) && is_key_part(key.substr(at + 1), false, 14);
}
GLIMPSE_UNTRACED inline bool is_tracestate_value(std::string_view value) {
  if (value.empty() || value.size() > 256 || value.back() == ' ') return false;
  for (const char c : value) {
    if (c < 0x20 || c > 0x7e || c == ',' || c == '=') return false;
  }
  return true;
}

}  // namespace detail

// Empty where the text is no traceparent. Versions to come are read as far as they are version 00.
GLIMPSE_UNTRACED inline Context parse_traceparent(std::string_view text) {
  text = detail::trimmed(text);
  glimpse_context ids{};
  std::uint64_t version = 0, flags = 0;
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return {};
  if (!detail::read_hex(text.substr(0, 2), version) || version == 0xff) return {};
  if (text.size() > 55 && (version == 0 || text[55] != '-')) return {};
  if (!detail::read_hex(text.substr(3, 16), ids.trace_id_high) ||
      !detail::read_hex(text.substr(19, 16), ids.trace_id_low) || !detail::read_hex(text.substr(36, 16), ids.span_id) ||
      !detail::read_hex(text.substr(53, 2), flags)) {
    return {};
  }
  if ((ids.trace_id_high | ids.trace_id_low) == 0 || ids.span_id == 0) return {};
  ids.flags = static_cast<std::uint32_t>(flags);
  ids.remote = 1;
  return Context(ids);
}

// Version 00; empty where the context names no span. Of the flags only `sampled` is ours to pass on.
GLIMPSE_UNTRACED inline std::string format_traceparent(const Context& context) {
  const glimpse_context ids = context.ids();
  if (!context.valid() || ids.span_id == 0) return {};
  return "00-" + context.trace_id() + "-" + context.span_id() + (context.sampled() ? "-01" : "-00");
}

// Several headers in their order, as one. Empty where one of them is not valid: too many members, or a key twice.
GLIMPSE_UNTRACED inline std::string parse_tracestate(const std::vector<std::string_view>& headers) {
  std::vector<std::string_view> keys;
  std::string whole;
  for (std::string_view rest : headers) {
    while (!rest.empty()) {
      const std::size_t comma = rest.find(',');
      // Blanks before a value belong to it; at the end of a member they do not.
      const std::string_view member = detail::trimmed(rest.substr(0, comma));
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
      if (member.empty()) continue;
      const std::size_t equals = member.find('=');
      if (equals == std::string_view::npos) return {};
      const std::string_view key = member.substr(0, equals);
      if (!detail::is_tracestate_key(key) || !detail::is_tracestate_value(member.substr(equals + 1))) return {};
      for (const std::string_view other : keys) {
        if (other == key) return {};
      }
      keys.push_back(key);
      if (keys.size() > 32) return {};
      if (!whole.empty()) whole += ',';
      whole.append(member.data(), member.size());
    }
  }
  return whole;
}
GLIMPSE_UNTRACED inline std::string parse_tracestate(std::string_view header) {
  return parse_tracestate(std::vector<std::string_view>{header});
}

// A trace id that another system names: 32 hex digits, or a UUID. Without a span id: a parent that is not recorded
// here.
GLIMPSE_UNTRACED inline Context parse_trace_id(std::string_view text) {
  text = detail::trimmed(text);
  char digits[32];
  std::size_t count = 0;
  const bool uuid = text.size() == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-';
  if (text.size() != 32 && !uuid) return {};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (uuid && (i == 8 || i == 13 || i == 18 || i == 23)) continue;
    const char c = text[i];
    if (count < sizeof digits) digits[count++] = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  glimpse_context ids{};
  const std::string_view all(digits, count);
  if (!detail::read_hex(all.substr(0, 16), ids.trace_id_high) || !detail::read_hex(all.substr(16), ids.trace_id_low)) {
    return {};
  }
  ids.flags = 1;
  ids.remote = 1;
  return Context(ids);
}

}  // namespace glimpse
