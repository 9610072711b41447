#include "test/unit/runtime/program_fake.h"

#include "runtime/active_context.h"
#include "runtime/exception_object.h"
#include "runtime/first_call.h"
#include "runtime/hot/slow_paths.h"
#include "runtime/modules.h"
#include "runtime/process.h"
#include "runtime/random_ids.h"
#include "runtime/recording.h"
#include "runtime/threads.h"

extern "C" {
glimpse_api glimpse_api_v1 = {.bytes = sizeof(glimpse_api), .recording = 1};
}

namespace glimpse::runtime {

bool attach_at_first_call() { return this_thread.lane.guard != kInternal; }
bool grow_frames(Lane&) { return false; }
bool make_nested_lanes(Thread&) { return false; }
std::uint32_t module_of(std::uintptr_t) { return 1; }
ExceptionText describe_exception(const void*, std::uint64_t) { return {}; }

glimpse_field field(const std::string& key, const std::string& value) {
  glimpse_field made{};
  made.key = text(key);
  made.type = GLIMPSE_VALUE_TEXT;
  made.value.text = text(value);
  return made;
}

glimpse_field field(const std::string& key, std::int64_t value) {
  glimpse_field made{};
  made.key = text(key);
  made.type = GLIMPSE_VALUE_INT;
  made.value.signed_number = value;
  return made;
}

FakeProgram::FakeProgram(wire::OverflowMode mode, std::uint64_t capacity_words)
    : frames_(256), runtime_(mode, capacity_words), reader_(runtime_.ring(), runtime_.words(), capacity_words) {
  runtime_.session().max_field_bytes = 4096;
  runtime_.session().stack_frames = 32;
  process.header->depth_limit = wire::kUnlimitedDepth;
  process.generation = 1;
  process.tsc = true;  // the usual path is open, too
  const Ticks now = read_tsc();
  surroundings.ticks = std::uint64_t{now.high} << 32 | now.low;
  this_thread = Thread{};
  this_thread.process_generation = 1;
  this_thread.lane = runtime_.lane();
  frames_[0] = bottom_frame;
  lane().epoch = kNoEpoch;
  lane().base = lane().top = frames_.data();
  lane().end = frames_.data() + frames_.size();
  lane().depth_limit = wire::kUnlimitedDepth;
  lane().told_context = active_context_number();  // whatever an earlier test attached
  glimpse_api_v1.recording = 1;
  seed_ids(1);
}

FakeProgram::~FakeProgram() {
  change_active_context(nullptr);
  this_thread = Thread{};
  process.tsc = false;
}

Lane& FakeProgram::lane() { return this_thread.lane; }

namespace {

std::string function_text(wire::FunctionId id) { return id == wire::kBlockFunction ? "block" : std::to_string(id); }

std::string text_of(const collector::RingRecord& record) {
  switch (record.kind) {
    case wire::EventKind::kStart:
      return "start " + function_text(record.function);
    case wire::EventKind::kEnd:
      return "end " + function_text(record.function);
    case wire::EventKind::kNone:
      return "gap";
    default:
      break;
  }
  const auto& payload = *record.payload;
  switch (record.type) {
    case wire::RecordType::kContext:
      return "context " + std::to_string(payload.at(0)) + " " + std::to_string(payload.at(1)) + " " +
             std::to_string(payload.at(2));
    case wire::RecordType::kBlock: {
      collector::PayloadReader reader(payload);
      const auto told = reader.structure<wire::BlockPayload>();
      const std::string name = reader.text(told.name_bytes);
      const std::string label = reader.text(told.label_bytes);
      const std::string file = reader.text(told.file_bytes);
      return "block " + name + "[" + label + "] " + file + ":" + std::to_string(told.line);
    }
    case wire::RecordType::kLeave:
      return "leave " + std::to_string(static_cast<std::uint32_t>(payload.at(0))) + " reason " +
             std::to_string(payload.at(0) >> 32);
    default:
      return "record " + std::to_string(static_cast<unsigned>(record.type));
  }
}

}  // namespace

std::vector<std::string> FakeProgram::read() {
  std::vector<std::string> lines;
  while (const collector::RingRecord* record = reader_.peek()) {
    lines.push_back(text_of(*record));
    reader_.advance();
  }
  if (reader_.broken()) lines.push_back("broken");
  reader_.release();
  return lines;
}

std::vector<std::uint64_t> FakeProgram::payload_of(wire::RecordType type) {
  std::vector<std::uint64_t> payload;
  while (const collector::RingRecord* record = reader_.peek()) {
    const bool found = record->kind == wire::EventKind::kRecord && record->type == type;
    if (found) payload = *record->payload;
    reader_.advance();
    if (found) break;
  }
  return payload;
}

}  // namespace glimpse::runtime
