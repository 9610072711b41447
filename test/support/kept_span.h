// Spans and logs with strings of their own, for tests that look at them when the originals are gone.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "writers/record.h"

namespace glimpse::writers {

// Owns texts; copies of it share them.
class KeptTexts {
 public:
  std::string_view keep(std::string_view text) { return texts_->emplace_back(text); }
  void keep(std::vector<Field>& fields) {
    for (Field& field : fields) {
      field.key = keep(field.key);
      field.text = keep(field.text);
    }
  }

 private:
  std::shared_ptr<std::deque<std::string>> texts_ = std::make_shared<std::deque<std::string>>();
};

// The value of the last field of that key; null where there is none.
inline const Field* find_field(const std::vector<Field>& fields, std::string_view key) {
  const Field* found = nullptr;
  for (const Field& field : fields) {
    if (field.key == key) found = &field;
  }
  return found;
}

struct KeptSpan {
  explicit KeptSpan(const Span& record) : span(record) {
    for (std::string_view* const text : {&span.name, &span.status_message, &span.tracestate}) *text = texts.keep(*text);
    texts.keep(span.attributes);
    for (SpanEvent& event : span.events) {
      event.name = texts.keep(event.name);
      texts.keep(event.fields);
    }
    for (SpanLink& link : span.links) texts.keep(link.fields);
  }

  KeptTexts texts;
  Span span;
};

struct KeptLog {
  explicit KeptLog(const Log& record) : log(record), has_exception(record.exception != nullptr) {
    for (std::string_view* const text : {&log.title, &log.message, &log.file, &log.stack_trace}) {
      *text = texts.keep(*text);
    }
    for (std::string_view& tag : log.tags) tag = texts.keep(tag);
    texts.keep(log.fields);
    if (has_exception) {
      exception = *record.exception;
      for (std::string_view* const text :
           {&exception.type, &exception.what, &exception.stack_trace, &exception.fingerprint}) {
        *text = texts.keep(*text);
      }
    }
    log.exception = nullptr;
  }

  KeptTexts texts;
  Log log;  // its exception pointer is null: see the two below
  bool has_exception = false;
  Exception exception;
};

}  // namespace glimpse::writers
