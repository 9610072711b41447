// What the program says to its log: one record, which belongs to the active context and the innermost open call of its
// thread.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <cstdint>

#include "glimpse/wire/record.h"
#include "runtime/process.h"
#include "runtime/program_calls.h"
#include "runtime/program_lane.h"
#include "runtime/room.h"
#include "runtime/stack_trace.h"
#include "runtime/told_fields.h"

namespace glimpse::runtime {

namespace {

constexpr std::size_t kTexts = 6;
constexpr std::uint32_t kUsualFrames = 32;  // where stacks of throws are off

std::uint32_t most_frames(const glimpse_log_record& record) {
  if (record.with_stack == 0) return 0;
  const std::uint32_t wanted = process.session->stack_frames;
  if (wanted == 0) return kUsualFrames;
  return wanted < wire::kMaxStackFrames ? wanted : wire::kMaxStackFrames;
}

}  // namespace

void log(const glimpse_log_record* record) {
  if (!program_recorded()) return;
  const std::uint32_t most = most_frames(*record);
  auto* frames = static_cast<std::uint64_t*>(__builtin_alloca((most + 1) * sizeof(std::uint64_t)));
  const std::uint32_t frame_count = most == 0 ? 0 : walk_stack(caller_of(__builtin_frame_address(0)), frames, most);

  const std::size_t most_fields = record->field_count < kMostFields ? record->field_count : kMostFields;
  auto* headers = static_cast<wire::FieldHeader*>(__builtin_alloca((most_fields + 1) * sizeof(wire::FieldHeader)));
  auto* texts = static_cast<Bytes*>(__builtin_alloca((kTexts + most_fields * kFieldPieces + 1) * sizeof(Bytes)));
  TextBudget budget = full_budget();
  budget.record_bytes -= frame_count * sizeof(std::uint64_t);
  texts[0] = take_text(record->message, budget);
  texts[1] = take_text(record->title, budget);
  texts[2] = take_text(record->tags, budget);
  texts[3] = take_text(record->file, budget);
  texts[4] = take_text(record->exception_type, budget);
  texts[5] = take_text(record->exception_message, budget);
  const std::size_t taken = take_fields(record->fields, record->field_count, budget, headers, texts + kTexts);
  const std::size_t pieces = kTexts + taken * kFieldPieces;
  texts[pieces] = {reinterpret_cast<const char*>(frames),
                   static_cast<std::uint32_t>(frame_count * sizeof(std::uint64_t))};
  const wire::LogPayload payload{
      record->level,   record->line,    record->ttl_seconds, texts[0].length, texts[1].length,
      texts[2].length, texts[3].length, texts[4].length,     texts[5].length, static_cast<std::uint32_t>(taken),
      frame_count};
  const ProgramLane lane(reinterpret_cast<std::uintptr_t>(__builtin_dwarf_cfa()));
  if (lane.get() == nullptr) return;
  push_told(*lane.get(),
            {wire::RecordType::kLog, &payload, sizeof(payload), texts, static_cast<std::uint32_t>(pieces + 1)});
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
