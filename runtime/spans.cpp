// What the program says of its spans: one record for each thing said, by whichever thread says it. Nothing of a span is
// kept in the process.
#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <cstdint>

#include "glimpse/wire/record.h"
#include "runtime/active_context.h"
#include "runtime/program_calls.h"
#include "runtime/program_lane.h"
#include "runtime/random_ids.h"
#include "runtime/room.h"
#include "runtime/text.h"
#include "runtime/told_fields.h"
#include "runtime/trace_parent.h"

namespace glimpse::runtime {

namespace {

constexpr std::uint32_t kSampled = 1;

bool is_set(const glimpse_context& context) { return (context.trace_id_high | context.trace_id_low) != 0; }

// A span that was started while nothing was recorded has no id.
bool is_span(const glimpse_context* span) { return span != nullptr && span->span_id != 0; }

// A new span below `parent`, or the first of a trace.
glimpse_context child_of(const glimpse_context& parent) {
  if (is_set(parent)) {
    return {parent.trace_id_high, parent.trace_id_low, random_id(), parent.flags, 0, parent.tracestate};
  }
  return {random_id(), random_id(), random_id(), kSampled, 0, nullptr};
}

// Passed on whole or not at all.
glimpse_text trace_state(const glimpse_context& context) {
  if (context.tracestate == nullptr) return {nullptr, 0};
  const std::size_t length = text_length(context.tracestate);
  return {context.tracestate, length > kMostTraceStateBytes ? 0 : length};
}

template <typename Payload>
void push(Lane& lane, wire::RecordType type, const Payload& payload, const Bytes* texts, std::size_t text_count) {
  push_told(lane, {type, &payload, sizeof(payload), texts, static_cast<std::uint32_t>(text_count)});
}

// Where headers and pieces of so many fields go, and of a text before them: on the stack of whoever asks.
constexpr std::size_t header_bytes(std::size_t count) {
  return (count < kMostFields ? count : kMostFields) * sizeof(wire::FieldHeader);
}
constexpr std::size_t piece_bytes(std::size_t count) {
  return ((count < kMostFields ? count : kMostFields) * kFieldPieces + 1) * sizeof(Bytes);
}

std::uintptr_t stack_pointer_of(void* frame) { return reinterpret_cast<std::uintptr_t>(frame); }

}  // namespace

void span_start(glimpse_context* span, glimpse_text name, uint32_t kind, const glimpse_context* parent) {
  const glimpse_context from = parent != nullptr ? *parent : active_context();
  if (!program_recorded()) {
    *span = {};
    return;
  }
  *span = child_of(from);
  const ProgramLane lane(stack_pointer_of(__builtin_dwarf_cfa()));
  if (lane.get() == nullptr) return;
  TextBudget budget = full_budget();
  const Bytes texts[2] = {take_text(name, budget), take_text(trace_state(*span), budget)};
  const bool below = is_set(from);
  const wire::SpanStartPayload payload{span->trace_id_high,
                                       span->trace_id_low,
                                       span->span_id,
                                       below ? from.span_id : 0,
                                       kind,
                                       below && from.remote != 0 ? static_cast<std::uint32_t>(wire::kRemoteParent) : 0,
                                       texts[0].length,
                                       texts[1].length};
  push(*lane.get(), wire::RecordType::kSpanStart, payload, texts, 2);
}

void span_set(const glimpse_context* span, const glimpse_field* fields, size_t count) {
  if (!is_span(span) || count == 0) return;
  const ProgramLane lane(stack_pointer_of(__builtin_dwarf_cfa()));
  if (lane.get() == nullptr) return;
  auto* headers = static_cast<wire::FieldHeader*>(__builtin_alloca(header_bytes(count)));
  auto* texts = static_cast<Bytes*>(__builtin_alloca(piece_bytes(count)));
  for (std::size_t told = 0; told < count;) {
    TextBudget budget = full_budget();
    const std::size_t taken = take_fields(fields + told, count - told, budget, headers, texts);
    const wire::SpanFieldsPayload payload{span->span_id, taken};
    push(*lane.get(), wire::RecordType::kSpanFields, payload, texts, taken * kFieldPieces);
    told += taken;
  }
}

void span_event(const glimpse_context* span, glimpse_text name, const glimpse_field* fields, size_t count) {
  if (!is_span(span)) return;
  const ProgramLane lane(stack_pointer_of(__builtin_dwarf_cfa()));
  if (lane.get() == nullptr) return;
  auto* headers = static_cast<wire::FieldHeader*>(__builtin_alloca(header_bytes(count)));
  auto* texts = static_cast<Bytes*>(__builtin_alloca(piece_bytes(count)));
  TextBudget budget = full_budget();
  texts[0] = take_text(name, budget);
  const std::size_t taken = take_fields(fields, count, budget, headers, texts + 1);
  const wire::SpanEventPayload payload{span->span_id, texts[0].length, static_cast<std::uint32_t>(taken)};
  push(*lane.get(), wire::RecordType::kSpanEvent, payload, texts, 1 + taken * kFieldPieces);
}

void span_link(const glimpse_context* span, const glimpse_context* to, const glimpse_field* fields, size_t count) {
  if (!is_span(span) || to == nullptr || !is_set(*to)) return;
  const ProgramLane lane(stack_pointer_of(__builtin_dwarf_cfa()));
  if (lane.get() == nullptr) return;
  auto* headers = static_cast<wire::FieldHeader*>(__builtin_alloca(header_bytes(count)));
  auto* texts = static_cast<Bytes*>(__builtin_alloca(piece_bytes(count)));
  TextBudget budget = full_budget();
  const std::size_t taken = take_fields(fields, count, budget, headers, texts);
  const wire::SpanLinkPayload payload{span->span_id, {to->trace_id_high, to->trace_id_low, to->span_id}, taken};
  push(*lane.get(), wire::RecordType::kSpanLink, payload, texts, taken * kFieldPieces);
}

void span_status(const glimpse_context* span, uint32_t status, glimpse_text description) {
  if (!is_span(span)) return;
  const ProgramLane lane(stack_pointer_of(__builtin_dwarf_cfa()));
  if (lane.get() == nullptr) return;
  TextBudget budget = full_budget();
  const Bytes text = take_text(description, budget);
  const wire::SpanStatusPayload payload{span->span_id, status, text.length};
  push(*lane.get(), wire::RecordType::kSpanStatus, payload, &text, 1);
}

void span_rename(const glimpse_context* span, glimpse_text name) {
  if (!is_span(span)) return;
  const ProgramLane lane(stack_pointer_of(__builtin_dwarf_cfa()));
  if (lane.get() == nullptr) return;
  TextBudget budget = full_budget();
  const Bytes text = take_text(name, budget);
  const wire::SpanNamePayload payload{span->span_id, text.length};
  push(*lane.get(), wire::RecordType::kSpanName, payload, &text, 1);
}

void span_end(const glimpse_context* span) {
  if (!is_span(span)) return;
  const ProgramLane lane(stack_pointer_of(__builtin_dwarf_cfa()));
  if (lane.get() == nullptr) return;
  push(*lane.get(), wire::RecordType::kSpanEnd, span->span_id, nullptr, 0);
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
