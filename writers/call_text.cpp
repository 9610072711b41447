#include "writers/call_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "writers/hex_text.h"
#include "writers/json_text.h"
#include "writers/level_text.h"
#include "writers/number_text.h"
#include "writers/trace_ids.h"

namespace glimpse::writers {
namespace {

constexpr std::size_t kStep = 64;           // bytes copied at once; every prepared text may be read in whole steps
constexpr std::size_t kUsualName = 192;     // copied without asking how long the text is: guessing wrong costs more
constexpr std::size_t kFixedBytes = 1024;   // room for everything on a line but names, places and exceptions
constexpr std::size_t kBlockBytes = 65536;  // prepared texts share blocks of this size

constexpr std::string_view kStages[] = {"START", "END", "EXCEPTION"};

std::size_t padded(std::size_t bytes) { return (bytes + kStep - 1) / kStep * kStep; }

// Copies padded text; whole steps beyond its end land in the room that the rest of the line will fill.
template <std::size_t kAtLeast>
char* copy_padded(char* out, const char* text, std::size_t size) {
  std::memcpy(out, text, kAtLeast);
  for (std::size_t at = kAtLeast; at < size; at += kStep) [[unlikely]]
    std::memcpy(out + at, text + at, kStep);
  return out + size;
}

// A literal of at most 32 bytes with its size known to the compiler: one or two stores.
template <std::size_t kSizeWithZero>
char* copy_literal(char* out, const char (&text)[kSizeWithZero]) {
  std::memcpy(out, text, kSizeWithZero - 1);
  return out + kSizeWithZero - 1;
}

void append_string(std::string& out, Key key, std::string_view value) {
  out += fmt::format(",\"{}\":\"", key_name(key));
  append_escaped(out, value);
  out += '"';
}

}  // namespace

CallText::CallText(const FieldSet& fields, bool trace_ids)
    : fields_(fields),
      wanted_{.entry_id = fields.has(Key::entry_id),
              .call_id = fields.has(Key::call_id),
              .parent_call_id = fields.has(Key::parent_call_id),
              .timestamp = fields.has(Key::timestamp),
              .depth = fields.has(Key::depth),
              .duration = fields.has(Key::duration_ms),
              .exception_type = fields.has(Key::exception_type),
              .exception = fields.has(Key::exception),
              .stack_trace = fields.has(Key::stack_trace),
              .fingerprint = fields.has(Key::fingerprint),
              .args = fields.has(Key::args),
              .result = fields.has(Key::result),
              .trace_id = fields.has(Key::trace_id),
              .span_id = fields.has(Key::span_id),
              .status = fields.has(Key::status),
              .error_type = fields.has(Key::error_type)},
      trace_ids_(trace_ids ? 1 : 0) {
  for (std::size_t stage = 0; stage < heads_.size(); ++stage) {
    const bool whole = static_cast<Stage>(stage) == Stage::kCall;
    std::string head;
    if (fields.has(Key::record_type)) append_string(head, Key::record_type, whole ? "call" : "log_entry");
    if (fields.has(Key::stage) && !whole) append_string(head, Key::stage, kStages[stage]);
    if (fields.has(Key::entry_id)) head += ",\"entry_id\":";
    heads_[stage] = piece<64>(head);
  }
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    std::string text;
    if (fields.has(Key::level)) append_string(text, Key::level, level_name(static_cast<Level>(level)));
    levels_[level] = piece<24>(text);
  }
}

void CallText::append(LineBuffer& buffer, const Call& record) {
  if (record.stage == Stage::kCall) [[unlikely]]
    return append_as<true>(buffer, record);
  append_as<false>(buffer, record);
}

template <bool kWhole>
void CallText::append_as(LineBuffer& buffer, const Call& record) {
  const FunctionText function = function_text(*record.function);
  const Exception* const exception = record.stage >= Stage::kException ? record.exception : nullptr;
  std::size_t bytes = kFixedBytes + function.name_size + function.location_size;
  if (exception != nullptr) {
    bytes += kMaxEscapedPerByte * (exception->type.size() + exception->what.size() + exception->stack_trace.size() +
                                   exception->fingerprint.size());
  }
  bytes += kMaxEscapedPerByte * record.captured.size();
  if constexpr (kWhole) bytes += kMaxEscapedPerByte * record.result.size();
  char* const begin = buffer.reserve(bytes);

  char* out = copy(begin, heads_[static_cast<std::size_t>(record.stage)]);
  if (wanted_.entry_id) {
    const bool usual = record.entry_id <= kMaxJsonInteger;
    out = usual ? entry_id_.write(out, record.entry_id) : write_integer(out, record.entry_id);
  }
  if (wanted_.call_id) {
    out = copy_literal(out, ",\"call_id\":");
    out = write_integer(out, record.call_id);
  }
  if (wanted_.parent_call_id) {
    out = copy_literal(out, ",\"parent_call_id\":");
    out = record.parent_call_id == 0 ? copy_literal(out, "null") : write_integer(out, record.parent_call_id);
  }
  if ((record.trace.high | record.trace.low | trace_ids_) != 0) [[unlikely]]
    out = write_trace_ids(out, record);
  out = copy(out, levels_[static_cast<std::size_t>(record.level)]);
  out = copy_padded<kUsualName>(out, function.name, function.name_size);
  if (wanted_.timestamp) {
    out = timestamp_.write(out, record.timestamp_ns);
    *out++ = '"';
  }
  out = copy(out, thread_text(record.pid, record.tid));
  if (wanted_.depth) out = write_number(out, record.depth);
  if (kWhole || record.stage == Stage::kStart) {
    out = copy_padded<kStep>(out, function.name + padded(function.name_size), function.location_size);
  }
  if constexpr (kWhole) {
    if (!record.captured.empty() || !record.result.empty()) [[unlikely]]
      out = write_whole_captured(out, record);
  } else if (!record.captured.empty()) [[unlikely]] {
    out = write_captured(out, record);
  }
  if ((kWhole || record.stage != Stage::kStart) && wanted_.duration) {
    out = copy_literal(out, ",\"duration_ms\":");
    out = write_milliseconds(out, record.duration_ns);
  }
  if (kWhole && wanted_.status) {
    out = record.failed ? copy_literal(out, ",\"status\":\"error\"") : copy_literal(out, ",\"status\":\"success\"");
  }
  if (exception != nullptr) [[unlikely]]
    out = write_exception(out, *exception, kWhole);
  if (out == begin) [[unlikely]]
    return;
  *begin = '{';
  buffer.commit(copy_literal(out, "}\n"));
}

const CallText::FunctionText& CallText::function_text(const Function& function) {
  if (function.index >= functions_.size() || functions_[function.index].name == nullptr) [[unlikely]]
    prepare(function);
  return functions_[function.index];
}

void CallText::prepare(const Function& function) {
  std::string name;
  if (fields_.has(Key::function)) append_string(name, Key::function, function.name);
  if (fields_.has(Key::module)) append_string(name, Key::module, function.module);
  if (fields_.has(Key::timestamp)) name += ",\"timestamp\":\"";
  std::string location;
  if (fields_.has(Key::file) && !function.file.empty()) append_string(location, Key::file, function.file);
  if (fields_.has(Key::line) && function.line != 0) location += fmt::format(",\"line\":{}", function.line);

  char* const kept = keep(std::max(padded(name.size()) + padded(location.size()) + kStep, kUsualName));
  std::copy(name.begin(), name.end(), kept);
  std::copy(location.begin(), location.end(), kept + padded(name.size()));
  if (function.index >= functions_.size()) functions_.resize(function.index * std::size_t{3} / 2 + 64);
  functions_[function.index] = {kept, static_cast<std::uint32_t>(name.size()),
                                static_cast<std::uint32_t>(location.size())};
}

const CallText::Piece<48>& CallText::thread_text(std::uint32_t pid, std::uint32_t tid) {
  ThreadText& slot = threads_[tid % threads_.size()];
  const std::uint64_t key = std::uint64_t{pid} << 32 | tid;
  if (slot.key != key || key == 0) [[unlikely]]
    prepare(slot, pid, tid);
  return slot.piece;
}

void CallText::prepare(ThreadText& slot, std::uint32_t pid, std::uint32_t tid) {
  std::string text;
  if (fields_.has(Key::pid)) text += fmt::format(",\"pid\":{}", pid);
  if (fields_.has(Key::tid)) text += fmt::format(",\"tid\":{}", tid);
  if (fields_.has(Key::depth)) text += ",\"depth\":";
  slot = {std::uint64_t{pid} << 32 | tid, piece<48>(text)};
}

// Those of the span that was active when it began; else its own, where they are known: a recording may not say what
// they are made with.
char* CallText::write_trace_ids(char* out, const Call& record) const {
  const std::uint64_t seed = record.trace_seed;
  const bool in_span = static_cast<bool>(record.trace);
  if (!in_span && seed == 0) return out;
  if (wanted_.trace_id && (in_span || record.root_call_id != 0)) {
    out = copy_literal(out, ",\"trace_id\":\"");
    out = write_hex(out, in_span ? record.trace : trace_id(seed, record.pid, record.root_call_id));
    *out++ = '"';
  }
  if (wanted_.span_id) {
    out = copy_literal(out, ",\"span_id\":\"");
    out = write_hex(out, in_span ? record.active_span_id : span_id(seed, record.pid, record.call_id));
    *out++ = '"';
  }
  return out;
}

char* CallText::write_exception(char* out, const Exception& exception, bool whole) const {
  if ((whole ? wanted_.error_type : wanted_.exception_type) && !exception.type.empty()) {
    out = whole ? copy_literal(out, ",\"error_type\":\"") : copy_literal(out, ",\"exception_type\":\"");
    out = write_escaped(out, exception.type);
    *out++ = '"';
  }
  if (wanted_.exception && exception.has_what) {
    out = copy_literal(out, ",\"exception\":\"");
    out = write_escaped(out, exception.what);
    *out++ = '"';
  }
  if (wanted_.stack_trace && !exception.stack_trace.empty()) {
    out = copy_literal(out, ",\"stack_trace\":\"");
    out = write_escaped(out, exception.stack_trace);
    *out++ = '"';
  }
  if (wanted_.fingerprint && !exception.fingerprint.empty()) {
    out = copy_literal(out, ",\"fingerprint\":\"");
    out = write_escaped(out, exception.fingerprint);
    *out++ = '"';
  }
  return out;
}

char* CallText::write_captured(char* out, const Call& record) const {
  if (record.stage == Stage::kStart && wanted_.args) {
    out = copy_literal(out, ",\"args\":\"");
  } else if (record.stage == Stage::kEnd && wanted_.result) {
    out = copy_literal(out, ",\"result\":\"");
  } else {
    return out;
  }
  out = write_escaped(out, record.captured);
  *out++ = '"';
  return out;
}

char* CallText::write_whole_captured(char* out, const Call& record) const {
  if (wanted_.args && !record.captured.empty()) {
    out = copy_literal(out, ",\"args\":\"");
    out = write_escaped(out, record.captured);
    *out++ = '"';
  }
  if (wanted_.result && !record.result.empty()) {
    out = copy_literal(out, ",\"result\":\"");
    out = write_escaped(out, record.result);
    *out++ = '"';
  }
  return out;
}

// Memory that is zero and, like the functions it belongs to, never freed one by one.
char* CallText::keep(std::size_t bytes) {
  if (free_bytes_ < bytes) {
    free_bytes_ = std::max(bytes, kBlockBytes);
    free_ = blocks_.emplace_back(std::make_unique<char[]>(free_bytes_)).get();
  }
  free_bytes_ -= bytes;
  return std::exchange(free_, free_ + bytes);
}

template <std::size_t kRoom>
CallText::Piece<kRoom> CallText::piece(std::string_view text) {
  Piece<kRoom> piece;
  piece.size = static_cast<std::uint32_t>(text.copy(piece.text, kRoom));
  return piece;
}

template <std::size_t kRoom>
char* CallText::copy(char* out, const Piece<kRoom>& piece) {
  std::memcpy(out, piece.text, kRoom);
  return out + piece.size;
}

}  // namespace glimpse::writers
