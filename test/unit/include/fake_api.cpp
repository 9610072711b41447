#include "test/unit/include/fake_api.h"

#include <atomic>
#include <cstdio>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/program.h"

namespace glimpse::test {
namespace {

std::mutex mutex;
std::vector<std::string> lines;
std::atomic<std::uint64_t> spans{0};
thread_local glimpse_context active{};

void note(std::string line) {
  const std::lock_guard lock(mutex);
  lines.push_back(std::move(line));
}

std::string text(glimpse_text text) { return text.bytes == 0 ? std::string() : std::string(text.data, text.bytes); }
std::string id(const glimpse_context* context) { return std::to_string(context->span_id); }

std::string fields(const glimpse_field* field, size_t count) {
  std::string line;
  for (; count-- > 0; ++field) {
    line += " " + text(field->key) + "=";
    switch (field->type) {
      case GLIMPSE_VALUE_TEXT:
        line += text(field->value.text);
        break;
      case GLIMPSE_VALUE_INT:
        line += std::to_string(field->value.signed_number);
        break;
      case GLIMPSE_VALUE_UINT:
        line += std::to_string(field->value.unsigned_number) + "u";
        break;
      case GLIMPSE_VALUE_DOUBLE:
        line += std::to_string(field->value.real);
        break;
      case GLIMPSE_VALUE_BOOL:
        line += field->value.boolean != 0 ? "true" : "false";
        break;
    }
  }
  return line;
}

void current_context(glimpse_context* context) { *context = active; }

void attach_context(const glimpse_context* next, glimpse_context* previous) {
  const glimpse_context before = active;
  active = next != nullptr ? *next : glimpse_context{};
  if (previous != nullptr) *previous = before;
}

void span_start(glimpse_context* span, glimpse_text name, uint32_t kind, const glimpse_context* parent) {
  if (parent == nullptr) parent = &active;
  const glimpse_context from = *parent;
  *span = glimpse_context{};
  span->span_id = ++spans;
  span->trace_id_high = from.trace_id_high;
  span->trace_id_low = from.trace_id_low;
  if ((from.trace_id_high | from.trace_id_low) == 0) span->trace_id_low = 1000 + span->span_id;
  span->flags = 1;
  span->tracestate = from.tracestate;
  char line[200];
  std::snprintf(line, sizeof line, "start %s %s kind=%u trace=%llx parent=%llx%s", id(span).c_str(), text(name).c_str(),
                kind, static_cast<unsigned long long>(span->trace_id_low),
                static_cast<unsigned long long>(from.span_id), from.remote != 0 ? " remote" : "");
  note(line);
}

void span_set(const glimpse_context* span, const glimpse_field* field, size_t count) {
  note("set " + id(span) + fields(field, count));
}
void span_event(const glimpse_context* span, glimpse_text name, const glimpse_field* field, size_t count) {
  note("event " + id(span) + " " + text(name) + fields(field, count));
}
void span_link(const glimpse_context* span, const glimpse_context* to, const glimpse_field* field, size_t count) {
  note("link " + id(span) + " to=" + id(to) + fields(field, count));
}
void span_status(const glimpse_context* span, uint32_t status, glimpse_text description) {
  note("status " + id(span) + " " + std::to_string(status) + " " + text(description));
}
void span_rename(const glimpse_context* span, glimpse_text name) { note("rename " + id(span) + " " + text(name)); }
void span_end(const glimpse_context* span) { note("end " + id(span)); }

void log(const glimpse_log_record* record) {
  std::string line = "log " + std::to_string(record->level) + " " + text(record->message);
  if (record->title.bytes != 0) line += " title=" + text(record->title);
  if (record->tags.bytes != 0) line += " tags=" + text(record->tags);
  if (record->ttl_seconds >= 0) line += " ttl=" + std::to_string(record->ttl_seconds);
  if (record->exception_type.bytes != 0) line += " type=" + text(record->exception_type);
  if (record->exception_message.bytes != 0) line += " what=" + text(record->exception_message);
  if (record->with_stack != 0) line += " stack";
  if (record->file.bytes != 0) {
    const std::string file = text(record->file);
    line += " at=" + file.substr(file.rfind('/') + 1) + (record->line != 0 ? "" : " no line");
  }
  note(line + fields(record->fields, record->field_count));
}

void block_begin(glimpse_block* block, glimpse_text name, glimpse_text label, glimpse_text file, uint32_t line) {
  block->stack_pointer = 1;
  block->opaque = 1;
  note("begin " + text(name) + "[" + text(label) + "]" + (file.bytes != 0 && line != 0 ? " placed" : ""));
}
void block_end(glimpse_block*, uint32_t unwound) { note(unwound != 0 ? "unwound" : "done"); }

glimpse_result result(const char* what) {
  note(what);
  return glimpse_result{1, GLIMPSE_OK, 30, 20, 10};
}

}  // namespace

std::vector<std::string> told() {
  const std::lock_guard lock(mutex);
  return std::exchange(lines, {});
}

void restart(bool recording) {
  const std::lock_guard lock(mutex);
  lines.clear();
  spans = 0;
  active = {};
  glimpse_api_v1.recording = recording ? 1 : 0;
}

}  // namespace glimpse::test

extern "C" {
glimpse_api glimpse_api_v1 = {
    sizeof(glimpse_api),
    1,
    glimpse::test::current_context,
    glimpse::test::attach_context,
    glimpse::test::span_start,
    glimpse::test::span_set,
    glimpse::test::span_event,
    glimpse::test::span_link,
    glimpse::test::span_status,
    glimpse::test::span_rename,
    glimpse::test::span_end,
    glimpse::test::log,
    glimpse::test::block_begin,
    glimpse::test::block_end,
    [] { return glimpse::test::result("start"); },
    [] { return glimpse::test::result("stop"); },
    [](uint32_t ms) { return glimpse::test::result(("flush " + std::to_string(ms)).c_str()); },
    [](uint32_t ms) { return glimpse::test::result(("shutdown " + std::to_string(ms)).c_str()); },
    []() -> uint32_t { return 1; },
    [] { return glimpse::test::result("stats"); },
    [] { return glimpse::test::result("snapshot"); },
    [] { return glimpse::test::result("install_signal_hook"); },
    [] { return glimpse::test::result("uninstall_signal_hook"); },
};
}
