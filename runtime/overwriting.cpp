#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include "glimpse/wire/event.h"
#include "glimpse/wire/record.h"
#include "runtime/overwriting.h"
#include "runtime/process.h"

namespace glimpse::runtime {

namespace {

using wire::Gap;

constexpr std::uint64_t kMostWords = 16384;  // at a time, so that the program is not held up for long

std::uint64_t word_at(const Lane& lane, std::uint64_t position) { return lane.words[position & lane.mask]; }

// The policy excludes the function: its calls in the ring would not have become records.
bool is_excluded(wire::FunctionId id) {
  if (id >= wire::kMaxFunctions) return false;
  const auto* decisions = reinterpret_cast<const std::atomic<wire::Decision>*>(process.base + wire::kDecisionsOffset);
  return decisions[id].load(std::memory_order_relaxed) == wire::Decision::kSkip;
}

bool is_block(std::uint64_t word) {
  return wire::event_kind(word) == wire::EventKind::kRecord && wire::record_type(word) == wire::RecordType::kBlock;
}

// `calls` of the innermost open calls of the running stack end: those that began in the gap first.
void close_calls(Gap& gap, std::uint64_t calls) {
  wire::GapStack& stack = gap.stacks[gap.running];
  const std::uint64_t inner = calls < stack.opened ? calls : stack.opened;
  stack.opened -= inner;
  stack.ends += calls - inner;
}

void switch_stack(Gap& gap, std::uint32_t number) {
  gap.last_number = number;
  for (std::uint32_t i = 1; i < gap.stack_count; ++i) {
    if (gap.stacks[i].number == number) {
      gap.running = i;
      return;
    }
  }
  if (gap.stack_count == wire::kMostGapStacks) {
    gap.stacks_lost = 1;
    return;
  }
  gap.running = gap.stack_count++;
  gap.stacks[gap.running] = {number, 0, 0};
}

void add_record(const Lane& lane, std::uint64_t at, Gap& gap) {
  const std::uint64_t first = word_at(lane, at + 1);
  switch (wire::record_type(word_at(lane, at))) {
    case wire::RecordType::kEpoch:
      gap.epoch = static_cast<std::uint32_t>(first);
      break;
    case wire::RecordType::kThrow:
    case wire::RecordType::kCatch:
      gap.exceptions = 1;
      break;
    case wire::RecordType::kLeave:
      close_calls(gap, static_cast<std::uint32_t>(first));
      break;
    case wire::RecordType::kLost:
      gap.lost_starts += first;
      close_calls(gap, word_at(lane, at + 2));
      break;
    case wire::RecordType::kRename:
      gap.renamed = 1;
      gap.name[0] = first;
      gap.name[1] = word_at(lane, at + 2);
      break;
    case wire::RecordType::kSwitch:
      switch_stack(gap, static_cast<std::uint32_t>(first));
      break;
    case wire::RecordType::kContext:
      gap.context_changed = 1;
      gap.context = {first, word_at(lane, at + 2), word_at(lane, at + 3)};
      break;
    case wire::RecordType::kSpanStart:
    case wire::RecordType::kSpanFields:
    case wire::RecordType::kSpanEvent:
    case wire::RecordType::kSpanLink:
    case wire::RecordType::kSpanStatus:
    case wire::RecordType::kSpanName:
    case wire::RecordType::kSpanEnd:
    case wire::RecordType::kLog:
      ++gap.records;
      break;
    default:  // goes with what it belongs to
      break;
  }
}

// Adds the record at `at` to the gap. Returns where the next one is; `head` where the words are not what this lane
// wrote, as somebody else wrote into its memory.
std::uint64_t add_to_gap(const Lane& lane, std::uint64_t at, std::uint64_t head, Gap& gap) {
  const std::uint64_t word = word_at(lane, at);
  gap.clock_low = wire::event_clock_low(word);
  switch (wire::event_kind(word)) {
    case wire::EventKind::kStart:
      ++gap.stacks[gap.running].opened;
      if (!is_excluded(wire::event_function(word))) ++gap.starts;
      return at + 1;
    case wire::EventKind::kEnd:
      close_calls(gap, 1);
      return at + 1;
    case wire::EventKind::kRecord: {
      const std::uint64_t behind = at + 1 + wire::record_words(word);
      if (behind - at > head - at) return head;
      add_record(lane, at, gap);
      return behind;
    }
    default:
      return head;
  }
}

}  // namespace

void overwrite_oldest(Lane& lane, std::uint64_t words) {
  wire::RingHeader& ring = *lane.ring;
  const std::uint64_t capacity = lane.mask + 1;
  const std::uint64_t head = ring.head.load(std::memory_order_relaxed);
  std::uint64_t tail = ring.tail.load(std::memory_order_acquire);
  const wire::GapSlot* untold = wire::gap_before(ring.gaps, tail);
  Gap gap = untold != nullptr ? wire::load_gap(*untold) : Gap{};

  const std::uint64_t step = capacity / 8 < kMostWords ? capacity / 8 : kMostWords;
  const std::uint64_t wanted = words > step ? words : step;
  std::uint64_t behind = tail;
  bool block_begins = false;  // its START goes with it
  while (behind != head && (behind - tail < wanted || block_begins)) {
    block_begins = is_block(word_at(lane, behind));
    behind = add_to_gap(lane, behind, head, gap);
  }
  if (behind == tail) return;

  wire::GapSlot& spare = ring.gaps[untold == &ring.gaps[0] ? 1 : 0];
  wire::store_gap(spare, gap, behind);
  if (!ring.tail.compare_exchange_strong(tail, behind, std::memory_order_acq_rel, std::memory_order_relaxed)) {
    wire::forget_gap(spare);
  }
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
