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
