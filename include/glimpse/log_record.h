// A log with all that one can have: title, tags, an exception, a stack, any number of fields.
//
//   glimpse::LogRecord(glimpse::Level::kError, "payment failed").title("Payments").tags({"card"}).exception().stack();
//
// Threads: one at a time. Failure: none; where nothing is recorded each part is the check of one pointer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/exception.h"
#include "glimpse/field.h"
#include "glimpse/log_level.h"
#include "glimpse/text_format.h"

namespace glimpse {

// A message with all that one can have. It is said when the record is gone, which as a statement is at once.
class LogRecord {
 public:
  template <typename... Values>
  GLIMPSE_CHECKED LogRecord(Level level, detail::LogFormat format, const Values&... values)
      : api_(detail::log_api(level)) {
    if (api_ != nullptr)
      begin<detail::Passed<Values>...>(level, format.text.data(), format.text.size(), format.file, format.line,
                                       values...);
  }
  GLIMPSE_CHECKED ~LogRecord() {
    if (api_ != nullptr) say();
  }
  LogRecord(const LogRecord&) = delete;
  LogRecord& operator=(const LogRecord&) = delete;

  GLIMPSE_UNTRACED LogRecord& title(std::string_view text) {
    if (api_ != nullptr) parts_.title = text;
    return *this;
  }
  GLIMPSE_UNTRACED LogRecord& tags(std::initializer_list<std::string_view> tags) {
    if (api_ == nullptr) return *this;
    for (const std::string_view tag : tags) {
      if (!parts_.tags.empty()) parts_.tags += ',';
      parts_.tags += tag;
    }
    return *this;
  }
  // How long readers should keep it.
  GLIMPSE_UNTRACED LogRecord& ttl_seconds(std::int64_t seconds) {
    if (api_ != nullptr) parts_.ttl_seconds = seconds;
    return *this;
  }
  // Type and message of an exception; the first form, in a handler: of what it caught.
  GLIMPSE_UNTRACED LogRecord& exception() {
    if (api_ != nullptr) parts_.exception = detail::texts_of_current();
    return *this;
  }
  GLIMPSE_UNTRACED LogRecord& exception(const std::exception& exception) {
    if (api_ != nullptr) parts_.exception = detail::texts_of(exception);
    return *this;
  }
  GLIMPSE_UNTRACED LogRecord& exception(const std::exception_ptr& exception) {
    if (api_ != nullptr && exception != nullptr) parts_.exception = detail::texts_of(exception);
    return *this;
  }
  // The frames of the caller.
  GLIMPSE_UNTRACED LogRecord& stack() {
    if (api_ != nullptr) parts_.with_stack = true;
    return *this;
  }
  // Texts are copied.
  GLIMPSE_UNTRACED LogRecord& field(const Field& field) {
    if (api_ != nullptr) add(field);
    return *this;
  }
  template <typename Value>
  GLIMPSE_UNTRACED LogRecord& field(std::string_view key, const Value& value) {
    if (api_ != nullptr) add(Field(key, value));
    return *this;
  }
  GLIMPSE_UNTRACED LogRecord& place(const char* file, unsigned line) {
    if (api_ == nullptr) return *this;
    parts_.file = file;
    parts_.line = line;
    return *this;
  }

 private:
  struct Parts {
    GLIMPSE_UNTRACED Parts() {}
    GLIMPSE_UNTRACED ~Parts() {}
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;
    Level level = Level::kInfo;
    const char* file = nullptr;
    unsigned line = 0;
    bool with_stack = false;
    std::int64_t ttl_seconds = -1;
    std::string message, title, tags;
    detail::ExceptionTexts exception;
    std::vector<Field> fields;
    std::vector<std::string> keys, texts;  // what fields point at in the end
  };

  template <typename... Values>
  GLIMPSE_SAID void begin(Level level, const char* text, std::size_t bytes, const char* file, unsigned line,
                          Values... values) {
    const std::string_view format(text, bytes);
    new (&parts_) Parts;
    parts_.level = level;
    parts_.file = file;
    parts_.line = line;
    if constexpr (sizeof...(Values) == 0) {
      parts_.message = format;
    } else {
      const detail::FormatArgument arguments[] = {detail::format_argument(values)...};
      detail::format_to(parts_.message, format, arguments, sizeof...(Values));
    }
  }

  GLIMPSE_SAID void add(const Field& field) {
    parts_.keys.emplace_back(field.key.data, field.key.bytes);
    const bool text = field.type == GLIMPSE_VALUE_TEXT && field.value.text.bytes != 0;
    parts_.texts.emplace_back(text ? std::string(field.value.text.data, field.value.text.bytes) : std::string());
    parts_.fields.push_back(field);
  }

  GLIMPSE_SAID void say() {
    for (std::size_t i = 0; i < parts_.fields.size(); ++i) {
      Field& field = parts_.fields[i];
      field.key = detail::text_of(parts_.keys[i]);
      if (field.type == GLIMPSE_VALUE_TEXT) field.value.text = detail::text_of(parts_.texts[i]);
    }
    glimpse_log_record record = detail::log_record(parts_.level, parts_.message);
    record.title = detail::text_of(parts_.title);
    record.tags = detail::text_of(parts_.tags);
    record.file = detail::text_of(parts_.file != nullptr ? parts_.file : "");
    record.line = parts_.line;
    record.exception_type = detail::text_of(parts_.exception.type);
    record.exception_message = detail::text_of(parts_.exception.message);
    record.ttl_seconds = parts_.ttl_seconds;
    record.with_stack = parts_.with_stack ? 1 : 0;
    record.fields = parts_.fields.data();
    record.field_count = parts_.fields.size();
    api_->log(&record);
    parts_.~Parts();
  }

  glimpse_api* api_;
  union {
    Parts parts_;  // only where there is the table
  };
};

}  // namespace glimpse
