#include "collector/record_stream.h"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

namespace glimpse::collector {

namespace {

std::string host_name() {
  char name[256] = {0};
  gethostname(name, sizeof(name) - 1);
  return name;
}

std::vector<std::string> split_command(std::string_view command) {
  std::vector<std::string> arguments;
  while (!command.empty()) {
    const std::size_t end = command.find('\0');
    arguments.emplace_back(command.substr(0, end));
    if (end == std::string_view::npos) break;
    command.remove_prefix(end + 1);
  }
  return arguments;
}

// Where there is one, and the program has not said it itself.
void add_text(std::vector<writers::Field>& fields, std::string_view key, std::string_view text) {
  if (text.empty() || std::ranges::find(fields, key, &writers::Field::key) != fields.end()) return;
  writers::Field& field = fields.emplace_back();
  field.key = key;
  field.text = text;
}

}  // namespace

std::uint64_t RecordStream::next_entry_id() {
  ++context_.records;
  return context_.next_entry_id++;
}

void RecordStream::call(writers::Call& call) {
  call.entry_id = next_entry_id();
  call.trace_seed = context_.trace_seed;
  call.level =
      call.stage == writers::Stage::kException || call.failed ? writers::Level::kError : context_.settings.level;
  writer_.call(call);
}

void RecordStream::span(writers::Span& span) {
  span.entry_id = next_entry_id();
  span.trace_seed = context_.trace_seed;
  writer_.span(span);
}

void RecordStream::log(writers::Log& log) {
  log.entry_id = next_entry_id();
  // What reads as the end of a program stands alone: who it was, and where its source is.
  if (log.level == writers::Level::kFatal) {
    add_text(log.fields, "service", context_.settings.service);
    add_text(log.fields, "repository", context_.settings.repository);
  }
  writer_.log(log);
}

void RecordStream::process(const ProcessView& view, std::uint32_t pid, std::uint32_t ppid, std::int64_t time_ns) {
  const policy::Policy& policy = context_.settings.policy;
  writers::Process record;
  record.entry_id = next_entry_id();
  record.timestamp_ns = time_ns;
  record.pid = pid;
  record.ppid = ppid;
  record.command = split_command(view.command());
  record.executable = view.executable();
  record.cwd = view.cwd();
  record.host = host_name();
  record.glimpse_version = GLIMPSE_VERSION;
  record.clock = view.header().clock == wire::ClockKind::kTsc ? "tsc" : "monotonic";
  record.policy = policy.path.empty() ? "built-in" : policy.path;
  record.policy_name = policy.name;
  record.policy_sha256 = policy.sha256;
  record.trace_seed = context_.trace_seed;
  record.service = context_.settings.service;
  record.environment = context_.settings.environment;
  writer_.process(record);
}

void RecordStream::thread(std::uint32_t pid, std::uint32_t tid, std::string_view name, std::int64_t time_ns) {
  writers::Thread record;
  record.entry_id = next_entry_id();
  record.timestamp_ns = time_ns;
  record.pid = pid;
  record.tid = tid;
  record.name = name;
  writer_.thread(record);
}

void RecordStream::notice(std::uint32_t pid, std::uint32_t tid, std::string_view reason, const std::string& message,
                          std::uint64_t dropped, std::int64_t time_ns) {
  writers::Notice record;
  record.entry_id = next_entry_id();
  record.timestamp_ns = time_ns;
  record.pid = pid;
  record.tid = tid;
  record.reason = reason;
  record.message = message;
  record.dropped = dropped;
  writer_.notice(record);
}

void RecordStream::summary(writers::Summary& summary) {
  summary.entry_id = next_entry_id();
  summary.destinations = writer_.health();
  writer_.summary(summary);
}

}  // namespace glimpse::collector
