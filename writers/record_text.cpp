#include "writers/record_text.h"

#include <signal.h>
#include <string.h>

#include <string>
#include <string_view>
#include <utility>

#include "writers/json_text.h"
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
  Line(const FieldSet& fields, std::string_view record_type, std::uint64_t entry_id, std::int64_t timestamp_ns)
      : fields_(fields) {
    text(Key::record_type, record_type);
    integer(Key::entry_id, entry_id);
    if (begin(Key::timestamp)) {
      char timestamp[32];
      TimestampText().write(timestamp, timestamp_ns);
      append_quoted(text_, {timestamp, TimestampText::kSize});
    }
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
