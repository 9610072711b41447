// Logs: messages of the program, beside the calls and in the span they were said in.
//
//   glimpse::info("paid {} of {}", amount, total);
//   glimpse::warn("slow answer", {{"host", host}, {"ms", 1200}});          // with fields
//   glimpse::log(glimpse::Level::kError, "no route to {}", host, {{"attempt", 3}});
//   glimpse::print(glimpse::Level::kDebug, "left:", left, "right:", right);  // with blanks between
//   glimpse::LogRecord(glimpse::Level::kError, "payment failed")           // with all there is; said when it is gone
//       .title("Payments").tags({"billing", "card"}).ttl_seconds(86400).exception().stack();
//
// "{}" is as text_format.h says. A text without values is said as it is, braces too. Up to four values may have fields
// in braces behind them, any number have none.
//
// Level: what is below set_log_level(), or GLIMPSE_LOG_LEVEL in the environment, is not formatted. First: DEBUG, all.
// Threads: any, not from signal handlers.
// Failure: none; where nothing is recorded no text is made: a call is the check of one pointer.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "glimpse/field.h"
#include "glimpse/log_level.h"
#include "glimpse/log_record.h"
#include "glimpse/text_format.h"

namespace glimpse {

namespace detail {

template <typename... Values>
GLIMPSE_SAID void say_now(glimpse_api* api, Level level, const char* text, std::size_t bytes, const char* file,
                          unsigned line, Fields fields, Values... values) {
  const std::string_view format(text, bytes);
  std::string made;
  std::string_view message = format;
  if constexpr (sizeof...(Values) != 0) {
    const FormatArgument arguments[] = {format_argument(values)...};
    format_to(made, format, arguments, sizeof...(Values));
    message = made;
  }
  glimpse_log_record record = log_record(level, message);
  record.file = text_of(file);
  record.line = line;
  record.fields = fields.begin();
  record.field_count = fields.size();
  api->log(&record);
}

template <typename... Values>
GLIMPSE_CHECKED void say(Level level, const LogFormat& format, Fields fields, const Values&... values) {
  if (glimpse_api* const api = log_api(level)) {
    say_now<Passed<Values>...>(api, level, format.text.data(), format.text.size(), format.file, format.line, fields,
                               values...);
  }
}

template <typename... Values>
GLIMPSE_SAID void print_now(glimpse_api* api, Level level, Values... values) {
  std::string message;
  ((put_value(message, values, {}), message += ' '), ...);
  if (!message.empty()) message.pop_back();
  const glimpse_log_record record = log_record(level, message);
  api->log(&record);
}

// An object for each level, since fields in braces may follow the values. Without values the text is taken as it is.
template <Level kLevel>
struct LevelLog {
  template <typename... V>
  GLIMPSE_CHECKED void operator()(LogFormat f, const V&... v) const {
    say(kLevel, f, {}, v...);
  }
  GLIMPSE_CHECKED void operator()(LogFormat f, Fields l) const { say(kLevel, f, l); }
  template <typename A>
  GLIMPSE_CHECKED void operator()(LogFormat f, const A& a, Fields l) const {
    say(kLevel, f, l, a);
  }
  template <typename A, typename B>
  GLIMPSE_CHECKED void operator()(LogFormat f, const A& a, const B& b, Fields l) const {
    say(kLevel, f, l, a, b);
  }
  template <typename A, typename B, typename C>
  GLIMPSE_CHECKED void operator()(LogFormat f, const A& a, const B& b, const C& c, Fields l) const {
    say(kLevel, f, l, a, b, c);
  }
  template <typename A, typename B, typename C, typename D>
  GLIMPSE_CHECKED void operator()(LogFormat f, const A& a, const B& b, const C& c, const D& d, Fields l) const {
    say(kLevel, f, l, a, b, c, d);
  }
};

// The same with the level said first.
struct AnyLog {
  template <typename... V>
  GLIMPSE_CHECKED void operator()(Level n, LogFormat f, const V&... v) const {
    say(n, f, {}, v...);
  }
  GLIMPSE_CHECKED void operator()(Level n, LogFormat f, Fields l) const { say(n, f, l); }
  template <typename A>
  GLIMPSE_CHECKED void operator()(Level n, LogFormat f, const A& a, Fields l) const {
    say(n, f, l, a);
  }
  template <typename A, typename B>
  GLIMPSE_CHECKED void operator()(Level n, LogFormat f, const A& a, const B& b, Fields l) const {
    say(n, f, l, a, b);
  }
  template <typename A, typename B, typename C>
  GLIMPSE_CHECKED void operator()(Level n, LogFormat f, const A& a, const B& b, const C& c, Fields l) const {
    say(n, f, l, a, b, c);
  }
  template <typename A, typename B, typename C, typename D>
  GLIMPSE_CHECKED void operator()(Level n, LogFormat f, const A& a, const B& b, const C& c, const D& d,
                                  Fields l) const {
    say(n, f, l, a, b, c, d);
  }
};

}  // namespace detail

inline constexpr detail::AnyLog log{};
inline constexpr detail::LevelLog<Level::kDebug> debug{};
inline constexpr detail::LevelLog<Level::kInfo> info{};
inline constexpr detail::LevelLog<Level::kWarning> warn{};
inline constexpr detail::LevelLog<Level::kError> error{};
inline constexpr detail::LevelLog<Level::kFatal> fatal{};

// The values with blanks between them.
template <typename... Values>
GLIMPSE_CHECKED void print(Level level, const Values&... values) {
  if (glimpse_api* const api = detail::log_api(level)) {
    detail::print_now<detail::Passed<Values>...>(api, level, values...);
  }
}

}  // namespace glimpse
