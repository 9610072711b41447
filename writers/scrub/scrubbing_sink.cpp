#include "writers/scrub/scrubbing_sink.h"

#include <algorithm>

#include "writers/scrub/secrets.h"
#include "writers/scrub/window.h"

namespace glimpse::writers::scrub {

namespace {

// The scrubbed text, which lives in `room` where it is not the text itself.
std::string_view scrubbed(Scrubber& scrubber, std::string_view text, std::string& room) {
  const std::string_view result = scrubber.scrub(text);
  if (result.data() == text.data()) return text;
  room = result;
  return room;
}

// The value of a flag says nothing; that of a number may.
bool hides(const Field& field) {
  switch (field.type) {
    case Field::Type::kText:
      return is_secret_value(field.key, field.text);
    case Field::Type::kSigned:
      return is_secret_value(field.key, std::to_string(field.signed_number));
    case Field::Type::kUnsigned:
      return is_secret_value(field.key, std::to_string(field.unsigned_number));
    case Field::Type::kDouble:
      return is_secret_value(field.key, std::to_string(field.real));
    case Field::Type::kBool:
      return false;
  }
  return false;
}

}  // namespace

std::vector<std::string> scrubbed_command(Scrubber& scrubber, const std::vector<std::string>& command) {
  std::vector<std::string> scrubbed;
  bool is_value = false;
  for (const std::string& argument : command) {
    const std::size_t name = secret_option_size(argument);
    if (is_value && !argument.starts_with("--")) {
      scrubbed.emplace_back(kSecret);
    } else if (name > 0 && argument.size() > name) {
      scrubbed.push_back(argument.substr(0, name) + std::string(kSecret));
    } else {
      scrubbed.emplace_back(scrubber.scrub(argument));
    }
    is_value = is_secret_option(argument);
  }
  return scrubbed;
}

void ScrubbingSink::scrub_call(Call record) {
  Exception exception;
  if (record.exception != nullptr) {
    exception = *record.exception;
    exception.what = scrubbed(scrubber_, exception.what, what_);
    exception.stack_trace = scrub_stack_trace(exception.stack_trace);
    record.exception = &exception;
  }
  record.captured = scrubbed(scrubber_, record.captured, captured_);
  record.result = scrubbed(scrubber_, record.result, result_);
  out_.call(record);
}

// `app::f(int) (/src/app.cpp:12)`: what is in the last brackets of each line.
std::string_view ScrubbingSink::scrub_stack_trace(std::string_view trace) {
  bool changed = false;
  std::size_t copied = 0;
  for (std::size_t begin = 0; begin < trace.size();) {
    const std::size_t end = std::min(trace.find('\n', begin), trace.size());
    const std::string_view line = trace.substr(begin, end - begin);
    const std::size_t place = line.rfind(" (");
    const std::string_view file = place == std::string_view::npos ? std::string_view() : line.substr(place);
    const std::string_view result = scrubber_.scrub(file);
    if (result.data() != file.data()) {
      if (!changed) trace_.clear();
      changed = true;
      trace_ += trace.substr(copied, begin + place - copied);
      trace_ += result;
      copied = end;
    }
    begin = end + 1;
  }
  if (!changed) return trace;
  trace_ += trace.substr(copied);
  return trace_;
}

// Scrubbed text where it stays until the record is passed on.
std::string_view ScrubbingSink::kept(std::string_view scrubbed, std::string_view original) {
  return scrubbed.data() == original.data() ? original : texts_.emplace_back(scrubbed);
}

std::string_view ScrubbingSink::scrub_text(std::string_view text) { return kept(scrubber_.scrub(text), text); }

void ScrubbingSink::scrub_fields(std::vector<Field>& fields) {
  for (Field& field : fields) {
    if (hides(field)) {
      field.type = Field::Type::kText;
      field.text = kSecret;
    } else if (field.type == Field::Type::kText) {
      field.text = scrub_text(field.text);
    }
  }
}

void ScrubbingSink::span(const Span& record) {
  texts_.clear();
  Span copy = record;
  copy.name = scrub_text(record.name);
  copy.status_message = scrub_text(record.status_message);
  scrub_fields(copy.attributes);
  for (SpanEvent& event : copy.events) {
    event.name = scrub_text(event.name);
    scrub_fields(event.fields);
  }
  for (SpanLink& link : copy.links) scrub_fields(link.fields);
  out_.span(copy);
}

void ScrubbingSink::log(const Log& record) {
  texts_.clear();
  Log copy = record;
  copy.title = scrub_text(record.title);
  copy.message = scrub_text(record.message);
  for (std::string_view& tag : copy.tags) tag = scrub_text(tag);
  scrub_fields(copy.fields);
  copy.stack_trace = kept(scrub_stack_trace(record.stack_trace), record.stack_trace);
  Exception exception;
  if (record.exception != nullptr) {
    exception = *record.exception;
    exception.what = scrub_text(exception.what);
    exception.stack_trace = scrub_stack_trace(exception.stack_trace);
    copy.exception = &exception;
  }
  out_.log(copy);
}

void ScrubbingSink::process(const Process& record) {
  Process copy = record;
  copy.command = scrubbed_command(scrubber_, record.command);
  copy.environment = scrubber_.scrub(record.environment);
  out_.process(copy);
}

void ScrubbingSink::notice(const Notice& record) {
  Notice copy = record;
  copy.message = scrubber_.scrub(record.message);
  out_.notice(copy);
}

void ScrubbingSink::summary(const Summary& record) {
  const auto has_problem = [](const DestinationHealth& health) { return !health.problem.empty(); };
  if (std::none_of(record.destinations.begin(), record.destinations.end(), has_problem)) return out_.summary(record);
  Summary copy = record;
  for (DestinationHealth& health : copy.destinations) health.problem = scrubber_.scrub(std::string(health.problem));
  out_.summary(copy);
}

}  // namespace glimpse::writers::scrub
