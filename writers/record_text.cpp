#include "writers/record_text.h"

#include <signal.h>
#include <string.h>

#include <string>
#include <string_view>
#include <utility>

#include "writers/field_text.h"
#include "writers/hex_text.h"
#include "writers/json_text.h"
#include "writers/level_text.h"
#include "writers/number_text.h"
#include "writers/timestamp.h"

namespace glimpse::writers {
namespace {

void append_integer(std::string& out, std::uint64_t value) {
  char text[32];
  out.append(text, write_integer(text, value));
}

void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  append_escaped(out, value);
  out += '"';
}

// One line in the making: members in the order in which they are added, unwanted ones left out.
class Line {
 public:
  Line(const FieldSet& fields, std::string_view record_type, std::uint64_t entry_id) : fields_(fields) {
    text(Key::record_type, record_type);
    integer(Key::entry_id, entry_id);
  }
  Line(const FieldSet& fields, std::string_view record_type, std::uint64_t entry_id, std::int64_t timestamp_ns)
      : Line(fields, record_type, entry_id) {
    time(timestamp_ns);
  }

  void time(std::int64_t timestamp_ns) {
    if (!begin(Key::timestamp)) return;
    char timestamp[32];
    TimestampText().write(timestamp, timestamp_ns);
    append_quoted(text_, {timestamp, TimestampText::kSize});
  }
  template <typename Id>
  void hex(Key key, Id id) {
    if (!begin(key)) return;
    char digits[kTraceIdDigits];
    text_ += '"';
    text_.append(digits, write_hex(digits, id));
    text_ += '"';
  }
  void milliseconds(Key key, std::uint64_t ns) {
    if (!begin(key)) return;
    char digits[40];
    text_.append(digits, write_milliseconds(digits, ns));
  }
  // `true`; absent where it is not.
  void flag(Key key, bool value) {
    if (value && begin(key)) text_ += "true";
  }
  void attributes(const std::vector<Field>& fields) {
    if (!fields.empty() && begin(Key::attributes)) append_fields(text_, fields);
  }

  void text(Key key, std::string_view value) {
    if (begin(key)) append_quoted(text_, value);
  }
  void text_if_any(Key key, std::string_view value) {
    if (!value.empty()) text(key, value);
  }
  void integer(Key key, std::uint64_t value) {
    if (begin(key)) append_integer(text_, value);
  }
  // A value of several parts: when true, the caller appends it to value().
  bool begin(Key key) {
    if (!fields_.has(key)) return false;
    text_ += ",\"";
    text_ += key_name(key);
    text_ += "\":";
    return true;
  }
  std::string& value() { return text_; }

  void end(LineBuffer& out) {
    if (text_.empty()) return;
    text_.front() = '{';
    text_ += "}\n";
    out.append(text_);
  }

 private:
  const FieldSet& fields_;
  std::string text_;
};

void append_counts(std::string& value, const std::vector<std::pair<std::string, std::uint64_t>>& counts) {
  value += '{';
  for (const auto& [reason, count] : counts) {
    if (value.back() != '{') value += ',';
    append_quoted(value, reason);
    value += ':';
    append_integer(value, count);
  }
  value += '}';
}

void append_health(std::string& out, const DestinationHealth& health) {
  append_quoted(out, health.name);
  out += ":{\"state\":";
  append_quoted(out, health.state);
  const std::pair<const char*, std::uint64_t> counts[] = {{"delivered", health.delivered},
                                                          {"waiting", health.waiting},
                                                          {"dropped", health.dropped},
                                                          {"dead_letters", health.dead_letters},
                                                          {"retries", health.retries}};
  for (const auto& [word, count] : counts) {
    if (count == 0 && &count != &counts[0].second) continue;
    out += ",\"";
    out += word;
    out += "\":";
    append_integer(out, count);
  }
  if (!health.problem.empty()) {
    out += ",\"problem\":";
    append_quoted(out, health.problem);
  }
  out += '}';
}

void append_open_call(std::string& out, const OpenCall& open) {
  out += "{\"tid\":";
  append_integer(out, open.tid);
  out += ",\"call_id\":";
  append_integer(out, open.call_id);
  out += ",\"function\":";
  append_quoted(out, open.function->name);
  out += '}';
}

}  // namespace

void append_line(LineBuffer& out, const FieldSet& fields, const Process& record) {
  Line line(fields, "process", record.entry_id, record.timestamp_ns);
  line.integer(Key::pid, record.pid);
  line.integer(Key::ppid, record.ppid);
  if (line.begin(Key::command)) {
    std::string& value = line.value();
    value += '[';
    for (const std::string& argument : record.command) {
      if (&argument != &record.command.front()) value += ',';
      append_quoted(value, argument);
    }
    value += ']';
  }
  line.text(Key::executable, record.executable);
  line.text(Key::cwd, record.cwd);
  line.text(Key::host, record.host);
  line.text(Key::glimpse_version, record.glimpse_version);
  line.text(Key::clock, record.clock);
  line.text(Key::policy, record.policy);
  line.text_if_any(Key::policy_name, record.policy_name);
  line.text_if_any(Key::policy_sha256, record.policy_sha256);
  line.text_if_any(Key::service, record.service);
  line.text_if_any(Key::environment, record.environment);
  line.end(out);
}

void append_line(LineBuffer& out, const FieldSet& fields, const Thread& record) {
  Line line(fields, "thread", record.entry_id, record.timestamp_ns);
  line.integer(Key::pid, record.pid);
  line.integer(Key::tid, record.tid);
  line.text(Key::thread, record.name);
  line.end(out);
}

void append_line(LineBuffer& out, const FieldSet& fields, const Span& record) {
  Line line(fields, "span", record.entry_id);
  line.hex(Key::trace_id, record.trace);
  line.hex(Key::span_id, record.span_id);
  if (record.parent_span_id != 0) {
    line.hex(Key::parent_span_id, record.parent_span_id);
  } else if (line.begin(Key::parent_span_id)) {
    line.value() += "null";
  }
  line.flag(Key::remote_parent, record.remote_parent);
  if (record.parent_call_id != 0) line.integer(Key::parent_call_id, record.parent_call_id);
  line.text(Key::name, record.name);
  line.text(Key::kind, kind_name(record.kind));
  if (record.status != SpanStatus::kUnset) line.text(Key::status, status_name(record.status));
  line.text_if_any(Key::status_message, record.status_message);
  line.time(record.timestamp_ns);
  line.integer(Key::pid, record.pid);
  line.integer(Key::tid, record.tid);
  line.milliseconds(Key::duration_ms, record.duration_ns);
  line.flag(Key::open, record.open);
  line.attributes(record.attributes);
  if (!record.events.empty() && line.begin(Key::events)) append_events(line.value(), record.events);
  if (!record.links.empty() && line.begin(Key::links)) append_links(line.value(), record.links);
  line.text_if_any(Key::tracestate, record.tracestate);
  line.end(out);
}

void append_line(LineBuffer& out, const FieldSet& fields, const Log& record) {
  Line line(fields, "log", record.entry_id);
  line.text(Key::level, level_name(record.level));
  if (record.trace) {
    line.hex(Key::trace_id, record.trace);
    line.hex(Key::span_id, record.span_id);
  }
  if (record.call_id != 0) line.integer(Key::call_id, record.call_id);
  line.time(record.timestamp_ns);
  line.integer(Key::pid, record.pid);
  line.integer(Key::tid, record.tid);
  line.text_if_any(Key::title, record.title);
  line.text(Key::message, record.message);
  if (!record.tags.empty() && line.begin(Key::tags)) append_texts(line.value(), record.tags);
  if (record.ttl_seconds >= 0) line.integer(Key::ttl_seconds, static_cast<std::uint64_t>(record.ttl_seconds));
  line.text_if_any(Key::file, record.file);
  if (record.line != 0) line.integer(Key::line, record.line);
  line.attributes(record.fields);
  const Exception* const thrown = record.exception;
  if (thrown != nullptr) {
    line.text_if_any(Key::exception_type, thrown->type);
    if (thrown->has_what) line.text(Key::exception, thrown->what);
  }
  line.text_if_any(Key::stack_trace, stack_trace_of(record));
  if (thrown != nullptr) line.text_if_any(Key::fingerprint, thrown->fingerprint);
  line.end(out);
}

void append_line(LineBuffer& out, const FieldSet& fields, const Notice& record) {
  Line line(fields, "notice", record.entry_id, record.timestamp_ns);
  line.integer(Key::pid, record.pid);
  if (record.tid != 0) line.integer(Key::tid, record.tid);
  line.text(Key::reason, record.reason);
  line.text(Key::message, record.message);
  if (record.dropped != 0) line.integer(Key::dropped, record.dropped);
  line.end(out);
}

void append_line(LineBuffer& out, const FieldSet& fields, const Summary& record) {
  Line line(fields, "summary", record.entry_id, record.timestamp_ns);
  line.integer(Key::pid, record.pid);
  line.integer(Key::calls, record.calls);
  line.integer(Key::records, record.records);
  line.integer(Key::threads, record.threads);
  if (line.begin(Key::dropped)) append_counts(line.value(), record.dropped);
  if (!record.patched.empty() && line.begin(Key::patched)) append_counts(line.value(), record.patched);
  line.integer(Key::open_calls, record.open_calls);
  if (line.begin(Key::open)) {
    std::string& value = line.value();
    value += '[';
    for (const OpenCall& open : record.open) {
      if (value.back() != '[') value += ',';
      append_open_call(value, open);
    }
    value += ']';
  }
  if (!record.destinations.empty() && line.begin(Key::destinations)) {
    std::string& value = line.value();
    value += '{';
    for (const DestinationHealth& health : record.destinations) {
      if (value.back() != '{') value += ',';
      append_health(value, health);
    }
    value += '}';
  }
  if (record.exit_status >= 0) line.integer(Key::exit_status, static_cast<std::uint64_t>(record.exit_status));
  if (record.signal > 0) {
    line.integer(Key::signal, static_cast<std::uint64_t>(record.signal));
    line.text(Key::signal_name, signal_name(record.signal));
  }
  line.end(out);
}

std::string signal_name(int number) {
  if (const char* const word = sigabbrev_np(number)) return std::string("SIG") + word;
  if (number >= SIGRTMIN && number <= SIGRTMAX) {
    return number == SIGRTMIN ? "SIGRTMIN" : "SIGRTMIN+" + std::to_string(number - SIGRTMIN);
  }
  return std::to_string(number);
}

}  // namespace glimpse::writers
