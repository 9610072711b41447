// Logs: messages of the program, beside the calls and in the span they were said in.
//
//   glimpse::info("paid {} of {}", amount, total);
//   glimpse::warn("slow answer", {{"host", host}, {"ms", 1200}});          // with fields
//   glimpse::log(glimpse::Level::kError, "no route to {}", host, {{"attempt", 3}});
//   glimpse::print(glimpse::Level::kDebug, "left:", left, "right:", right);  // with blanks between
//   glimpse::LogRecord(glimpse::Level::kError, "payment failed")           // with all there is; said when it is gone
//       .title("Payments").tags({"billing", "card"}).ttl_seconds(86400).exception().stack();
//
// "{}" is as text_format.h says. A text without values is said as it is, braces too. Any number of values may follow, or
// up to four and then fields in braces.
//
// Level: what is below set_log_level(), or GLIMPSE_LOG_LEVEL in the environment, is not formatted. First: DEBUG, all.
// Threads: any, not from signal handlers.
// Failure: none; where nothing is recorded no text is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/exception.h"
#include "glimpse/field.h"
#include "glimpse/level.h"
#include "glimpse/program.h"
#include "glimpse/text_format.h"

namespace glimpse {

namespace detail {

GLIMPSE_UNTRACED inline unsigned log_level_of_environment() {
  const char* const text = std::getenv("GLIMPSE_LOG_LEVEL");
  constexpr std::string_view kNames[] = {"DEBUG", "INFO", "WARNING", "ERROR", "FATAL"};
  for (unsigned i = 0; text != nullptr && i < 5; ++i) {
    if (kNames[i] == text) return i;
  }
  return 0;
}

// One for the process, whichever of its binaries asks. Atomic by the compiler's own functions: std::atomic's are
// hooked.
inline unsigned log_level = log_level_of_environment();

// The table, if a message of this level is wanted.
GLIMPSE_UNTRACED inline glimpse_api* log_api(Level level) {
  glimpse_api* const api = glimpse_recording_api();
  if (api == nullptr) return nullptr;
  return static_cast<unsigned>(level) >= __atomic_load_n(&log_level, __ATOMIC_RELAXED) ? api : nullptr;
}

GLIMPSE_UNTRACED inline glimpse_log_record log_record(Level level, std::string_view message) {
  glimpse_log_record record{};
  record.level = static_cast<std::uint32_t>(level);
  record.message = text_of(message);
  record.ttl_seconds = -1;
  return record;
}

// A format and the place in the source that gave it.
struct LogFormat {
  template <typename Text, typename = std::enable_if_t<std::is_convertible_v<const Text&, std::string_view>>>
  GLIMPSE_UNTRACED constexpr LogFormat(const Text& format, const char* source = __builtin_FILE(),
                                       unsigned source_line = __builtin_LINE())
      : text(format), file(source), line(source_line) {}
  std::string_view text;
  const char* file;
  unsigned line;
};

template <typename... Values>
GLIMPSE_UNTRACED void say(Level level, const LogFormat& format, const Fields& fields, const Values&... values) {
  glimpse_api* const api = log_api(level);
  if (api == nullptr) return;
  std::string made;
  std::string_view message = format.text;
  if constexpr (sizeof...(Values) != 0) {
    const FormatArgument arguments[] = {format_argument(values)...};
    format_to(made, format.text, arguments, sizeof...(Values));
    message = made;
  }
  glimpse_log_record record = log_record(level, message);
  record.file = text_of(format.file);
  record.line = format.line;
  record.fields = fields.begin();
  record.field_count = fields.size();
  api->log(&record);
}

// An object for each level, since fields in braces may follow the values. Without values the text is taken as it is.
template <Level kLevel>
struct LevelLog {
  template <typename... V>
  GLIMPSE_UNTRACED void operator()(LogFormat f, const V&... v) const {
    say(kLevel, f, {}, v...);
  }
  GLIMPSE_UNTRACED void operator()(LogFormat f, Fields l) const { say(kLevel, f, l); }
  template <typename A>
  GLIMPSE_UNTRACED void operator()(LogFormat f, const A& a, Fields l) const {
    say(kLevel, f, l, a);
  }
  template <typename A, typename B>
  GLIMPSE_UNTRACED void operator()(LogFormat f, const A& a, const B& b, Fields l) const {
    say(kLevel, f, l, a, b);
  }
  template <typename A, typename B, typename C>
  GLIMPSE_UNTRACED void operator()(LogFormat f, const A& a, const B& b, const C& c, Fields l) const {
    say(kLevel, f, l, a, b, c);
  }
  template <typename A, typename B, typename C, typename D>
  GLIMPSE_UNTRACED void operator()(LogFormat f, const A& a, const B& b, const C& c, const D& d, Fields l) const {
    say(kLevel, f, l, a, b, c, d);
  }
};

// The same with the level said first.
struct AnyLog {
  template <typename... V>
  GLIMPSE_UNTRACED void operator()(Level n, LogFormat f, const V&... v) const {
    say(n, f, {}, v...);
  }
  GLIMPSE_UNTRACED void operator()(Level n, LogFormat f, Fields l) const { say(n, f, l); }
  template <typename A>
  GLIMPSE_UNTRACED void operator()(Level n, LogFormat f, const A& a, Fields l) const {
    say(n, f, l, a);
  }
  template <typename A, typename B>
  GLIMPSE_UNTRACED void operator()(Level n, LogFormat f, const A& a, const B& b, Fields l) const {
    say(n, f, l, a, b);
  }
  template <typename A, typename B, typename C>
  GLIMPSE_UNTRACED void operator()(Level n, LogFormat f, const A& a, const B& b, const C& c, Fields l) const {
    say(n, f, l, a, b, c);
  }
  template <typename A, typename B, typename C, typename D>
  GLIMPSE_UNTRACED void operator()(Level n, LogFormat f, const A& a, const B& b, const C& c, const D& d,
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

// Whether a message of this level would be recorded now: for those that are costly to make.
GLIMPSE_UNTRACED inline bool log_enabled(Level level) { return detail::log_api(level) != nullptr; }
// What is below is left out from now on, in the whole process.
GLIMPSE_UNTRACED inline void set_log_level(Level least) {
  __atomic_store_n(&detail::log_level, static_cast<unsigned>(least), __ATOMIC_RELAXED);
}

// The values with blanks between them.
template <typename... Values>
GLIMPSE_UNTRACED void print(Level level, const Values&... values) {
  glimpse_api* const api = detail::log_api(level);
  if (api == nullptr) return;
  std::string message;
  ((detail::put_value(message, values, {}), message += ' '), ...);
  if (!message.empty()) message.pop_back();
  const glimpse_log_record record = detail::log_record(level, message);
  api->log(&record);
}

// A message with all that one can have. It is said when the record is gone, which as a statement is at once.
class LogRecord {
 public:
  template <typename... Values>
  GLIMPSE_UNTRACED LogRecord(Level level, detail::LogFormat format, const Values&... values)
      : api_(detail::log_api(level)), level_(level), file_(format.file), line_(format.line) {
    if (api_ == nullptr) return;
    if constexpr (sizeof...(Values) == 0) {
      message_ = format.text;
    } else {
      const detail::FormatArgument arguments[] = {detail::format_argument(values)...};
      detail::format_to(message_, format.text, arguments, sizeof...(Values));
    }
  }
  LogRecord(const LogRecord&) = delete;
  LogRecord& operator=(const LogRecord&) = delete;

  GLIMPSE_UNTRACED LogRecord& title(std::string_view text) {
    if (api_ != nullptr) title_ = text;
    return *this;
  }
  GLIMPSE_UNTRACED LogRecord& tags(std::initializer_list<std::string_view> tags) {
    for (const std::string_view tag : tags) {
      if (api_ == nullptr) break;
      if (!tags_.empty()) tags_ += ',';
      tags_ += tag;
    }
    return *this;
  }
  // How long readers should keep it.
  GLIMPSE_UNTRACED LogRecord& ttl_seconds(std::int64_t seconds) {
    ttl_seconds_ = seconds;
    return *this;
  }
  // Type and message of an exception; the first form, in a handler: of what it caught.
  GLIMPSE_UNTRACED LogRecord& exception() {
    if (api_ != nullptr) exception_ = detail::texts_of_current();
    return *this;
  }
  GLIMPSE_UNTRACED LogRecord& exception(const std::exception& exception) {
    if (api_ != nullptr) exception_ = detail::texts_of(exception);
    return *this;
  }
  GLIMPSE_UNTRACED LogRecord& exception(const std::exception_ptr& exception) {
    if (api_ != nullptr && exception != nullptr) exception_ = detail::texts_of(exception);
    return *this;
  }
  // The frames of the caller.
  GLIMPSE_UNTRACED LogRecord& stack() {
    with_stack_ = true;
    return *this;
  }
  // Texts are copied.
  GLIMPSE_UNTRACED LogRecord& field(const Field& field) {
    if (api_ == nullptr) return *this;
    keys_.emplace_back(field.key.data, field.key.bytes);
    const bool text = field.type == GLIMPSE_VALUE_TEXT && field.value.text.bytes != 0;
    texts_.emplace_back(text ? std::string(field.value.text.data, field.value.text.bytes) : std::string());
    fields_.push_back(field);
    return *this;
  }
  template <typename Value>
  GLIMPSE_UNTRACED LogRecord& field(std::string_view key, const Value& value) {
    return api_ != nullptr ? field(Field(key, value)) : *this;
  }
  GLIMPSE_UNTRACED LogRecord& place(const char* file, unsigned line) {
    file_ = file;
    line_ = line;
    return *this;
  }

  GLIMPSE_UNTRACED ~LogRecord() {
    if (api_ == nullptr) return;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      fields_[i].key = detail::text_of(keys_[i]);
      if (fields_[i].type == GLIMPSE_VALUE_TEXT) fields_[i].value.text = detail::text_of(texts_[i]);
    }
    glimpse_log_record record = detail::log_record(level_, message_);
    record.title = detail::text_of(title_);
    record.tags = detail::text_of(tags_);
    record.file = detail::text_of(file_ != nullptr ? file_ : "");
    record.line = line_;
    record.exception_type = detail::text_of(exception_.type);
    record.exception_message = detail::text_of(exception_.message);
    record.ttl_seconds = ttl_seconds_;
    record.with_stack = with_stack_ ? 1 : 0;
    record.fields = fields_.data();
    record.field_count = fields_.size();
    api_->log(&record);
  }

 private:
  glimpse_api* api_;
  Level level_;
  const char* file_;
  unsigned line_;
  bool with_stack_ = false;
  std::int64_t ttl_seconds_ = -1;
  std::string message_, title_, tags_;
  detail::ExceptionTexts exception_;
  std::vector<Field> fields_;
  std::vector<std::string> keys_, texts_;  // what fields_ point at in the end
};

}  // namespace glimpse
