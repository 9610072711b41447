#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <sys/prctl.h>

#include "runtime/active_context.h"
#include "runtime/clock.h"
#include "runtime/confinement.h"
#include "runtime/hot/hooks.h"
#include "runtime/hot/slow_paths.h"
#include "runtime/overwriting.h"
#include "runtime/policy_change.h"
#include "runtime/process.h"
#include "runtime/rings.h"
#include "runtime/room.h"
#include "runtime/syscalls.h"
#include "runtime/text.h"
#include "runtime/threads.h"

namespace glimpse::runtime {

namespace {

constexpr std::uint64_t kPopulateWords = 8192;  // memory is given to a ring in steps of 64 KiB
constexpr std::uint64_t kLostWords = 1 + sizeof(wire::LostPayload) / 8;
constexpr std::uint64_t kEpochWords = 2;
constexpr std::uint64_t kSwitchWords = 2;
constexpr std::uint64_t kContextWords = 1 + sizeof(wire::ContextPayload) / 8;
constexpr std::uint64_t kForewordWords =
    kEpochWords + kLostWords + kSwitchWords + kContextWords;  // told before the next event

constexpr std::uint32_t kRefusalsPerTry = 1024;

enum class Need { kStart, kEnd };

// Words that the ends of all open calls need, where each may be on another stack than the one before.
std::uint64_t words_to_close(const Lane& lane) {
  const std::uint64_t frames = lane.base == nullptr ? 0 : static_cast<std::uint64_t>(lane.top - lane.base);
  if (lane.parked_frames == 0) return frames;
  return (frames + lane.parked_frames) * (1 + kSwitchWords);
}

bool overwrites(const Lane& lane) { return lane.ring->overwrites != 0; }

bool has_all_memory(const Lane& lane) { return lane.ring->populated_words == lane.mask + 1; }

// Words kept back so that calls which are open can be closed. A ring that overwrites has room for every end, once it
// has memory.
std::uint64_t reserve(const Lane& lane, Need need) {
  if (need == Need::kEnd || (overwrites(lane) && has_all_memory(lane))) return 0;
  const std::uint64_t capacity = lane.mask + 1;
  const std::uint64_t open = words_to_close(lane) + kForewordWords;
  return open < capacity / 4 ? open : capacity / 4;
}

// Gives memory to the ring up to position `end`, in whole steps, the first time round. Returns how many words from
// `head` on have some, `free` at most.
std::uint64_t back_with_memory(Lane& lane, std::uint64_t head, std::uint64_t end, std::uint64_t free) {
  const std::uint64_t capacity = lane.mask + 1;
  while (lane.ring->populated_words < capacity && lane.ring->populated_words < end) {
    const std::uint64_t offset = static_cast<std::uint64_t>(reinterpret_cast<std::uint8_t*>(lane.ring) - process.base) +
                                 wire::kPageBytes + lane.ring->populated_words * 8;
    const std::uint64_t words =
        capacity - lane.ring->populated_words < kPopulateWords ? capacity - lane.ring->populated_words : kPopulateWords;
    if (!populate(offset, words * 8)) break;
    lane.ring->populated_words += words;
  }
  const std::uint64_t backed = has_all_memory(lane) ? free : lane.ring->populated_words - head;
  return backed < free ? backed : free;
}

// Sleeps until the collector released something. False when the time is over, or nobody will come.
bool wait_for_reader(Lane& lane, std::uint64_t deadline_ns) {
  wire::RingHeader& ring = *lane.ring;
  const std::uint64_t tail = ring.tail.load(std::memory_order_acquire);
  if (lane.stalled_tail == tail + 1) return false;  // waited in vain already, and the reader has not moved since
  const std::uint32_t seen = ring.tail_bell.load(std::memory_order_acquire);
  ring.waiting.store(1, std::memory_order_seq_cst);
  ring_bell();
  const std::uint64_t now_ns = patience_ns();
  const bool late = now_ns >= deadline_ns || nobody_drains();
  if (!late && ring.tail.load(std::memory_order_seq_cst) == tail) {
    const std::uint64_t left = deadline_ns - now_ns;
    wait_for_change(ring.tail_bell, seen, left < 100'000'000 ? left : 100'000'000);
  }
  ring.waiting.store(0, std::memory_order_relaxed);
  if (late && ring.tail.load(std::memory_order_acquire) == tail) {
    lane.stalled_tail = tail + 1;
    return false;
  }
  return true;
}

std::uint64_t deadline() { return patience_ns() + std::uint64_t{process.session->enqueue_timeout_ms} * 1'000'000; }

// Room for `words` from the head on, for a START with its reserve behind it. Sets where the room ends so that the usual
// path asks again before it runs out, and often enough for the collector to be woken in time.
bool make_room(Lane& lane, std::uint64_t words, Need need) {
  wire::RingHeader& ring = *lane.ring;
  const std::uint64_t capacity = lane.mask + 1;
  const std::uint64_t head = ring.head.load(std::memory_order_relaxed);
  const std::uint64_t kept = reserve(lane, need);
  if (words + kept > capacity) return false;  // no reader can help
  std::uint64_t until = 0;
  while (true) {
    const std::uint64_t used = head - ring.tail.load(std::memory_order_acquire);
    const std::uint64_t unused = capacity - used;
    const std::uint64_t wanted = words + kept > capacity / 8 ? words + kept : capacity / 8;
    const std::uint64_t free = back_with_memory(lane, head, head + (wanted < unused ? wanted : unused), unused);
    if (free >= words + kept) {
      const std::uint64_t kept_behind = reserve(lane, Need::kStart);  // what follows an END may be a START
      std::uint64_t usable = free > kept_behind ? free - kept_behind : 0;
      if (kept_behind > 0) usable /= 2;  // each START keeps a word back
      if (usable > capacity / 8) usable = capacity / 8;
      if (usable < words) usable = words;
      lane.room_end = head + usable;
      if (used > capacity / 4) ring_bell();
      return true;
    }
    if (free < unused) {  // no memory, which no reader gives
      ring_bell();
      return false;
    }
    if (overwrites(lane)) {
      overwrite_oldest(lane, words + kept - free);
      ring_bell();
      continue;
    }
    if (process.session->overflow == wire::OverflowMode::kDrop || nobody_drains()) {
      ring_bell();
      return false;
    }
    if (until == 0) until = deadline();
    if (!wait_for_reader(lane, until)) return false;
  }
}

// Atomic, as the reader of a ring that overwrites may look at a word that was just taken back.
void store_word(Lane& lane, std::uint64_t position, std::uint64_t word) {
  __atomic_store_n(&lane.words[position & lane.mask], word, __ATOMIC_RELAXED);
}

// Tells the reader the high half of the clock if it changed. There is room.
void tell_epoch(Lane& lane, std::uint64_t ticks) {
  const auto epoch = static_cast<std::uint32_t>(ticks >> 32);
  if (lane.told_epoch == epoch) return;
  const std::uint64_t head = lane.ring->head.load(std::memory_order_relaxed);
  store_word(lane, head, wire::pack_record(wire::RecordType::kEpoch, 1, static_cast<std::uint32_t>(ticks)));
  store_word(lane, head + 1, epoch);
  lane.ring->head.store(head + kEpochWords, std::memory_order_release);
  lane.told_epoch = epoch;
  if (process.tsc) lane.epoch = epoch;
}

// Tells the reader on which stack the next event is, if it changed. There is room.
void tell_stack(Lane& lane, std::uint64_t ticks) {
  if (lane.told_stack == lane.stack.number) return;
  const std::uint64_t head = lane.ring->head.load(std::memory_order_relaxed);
  store_word(lane, head, wire::pack_record(wire::RecordType::kSwitch, 1, static_cast<std::uint32_t>(ticks)));
  store_word(lane, head + 1, lane.stack.number);
  lane.ring->head.store(head + kSwitchWords, std::memory_order_release);
  lane.told_stack = lane.stack.number;
}

// Stores the record that says which span is active, from the head on. There is room.
void store_context(Lane& lane, std::uint32_t clock_low) {
  const std::uint64_t head = lane.ring->head.load(std::memory_order_relaxed);
  const std::uint32_t number = active_context_number();
  const wire::ContextPayload ids = active_context_ids();
  store_word(lane, head, wire::pack_record(wire::RecordType::kContext, kContextWords - 1, clock_low));
  store_word(lane, head + 1, ids.trace_high);
  store_word(lane, head + 2, ids.trace_low);
  store_word(lane, head + 3, ids.span_id);
  lane.ring->head.store(head + kContextWords, std::memory_order_release);
  lane.told_context = number;
}

// The clock never runs backwards within a lane as the reader sees it: an epoch, once told, is not taken back.
std::uint64_t next_ticks(const Lane& lane) {
  const std::uint64_t ticks = read_ticks();
  if (lane.told_epoch != kNoEpoch && static_cast<std::uint32_t>(ticks >> 32) < lane.told_epoch) {
    return std::uint64_t{lane.told_epoch} << 32;
  }
  return ticks;
}

// Opens the usual path again, after an event for which room up to `least_end` was needed. Where there was no more than
// that, the next event asks again, whatever it is.
void go_on(Lane& lane, std::uint64_t least_end) {
  const std::uint64_t head = lane.ring->head.load(std::memory_order_relaxed);
  if (lane.room_end == least_end) lane.room_end = head;
  const std::uint64_t lap_begin = head & ~lane.mask;
  const std::uint64_t lap_end = lap_begin + lane.mask + 1;
  lane.lap = reinterpret_cast<std::uintptr_t>(lane.words) - lap_begin * sizeof(std::uint64_t);
  lane.limit = lane.room_end < lap_end ? lane.room_end : lap_end;
  if (process.tsc) lane.epoch = lane.told_epoch;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (lane.told_context != active_context_number()) tell_before_next_event(lane);  // a handler has changed it meanwhile
}

void count_loss(Lane& lane, Need need) {
  if (need == Need::kStart) {
    ++lane.lost_starts;
    lane.ring->lost_starts.fetch_add(1, std::memory_order_relaxed);
  } else {
    ++lane.lost_ends;
    lane.ring->lost_ends.fetch_add(1, std::memory_order_relaxed);
  }
}

bool ensure_ring(Lane& lane) {
  if (!is_ring_of_process(lane.ring))
    forget_parents_lane(this_thread, lane);  // a handler forked amid a hook of the lane
  if (lane.ring != &no_ring) {
    follow_policy();
    return true;
  }
  if (!process_attached()) return false;  // a hook that was interrupted by a fork goes on in the child
  // Asking costs system calls: after a refusal it is tried now and then.
  std::uint32_t& refusals = this_thread.ring_refusals;
  if (refusals % kRefusalsPerTry == 0 && claim_ring(lane)) {
    refusals = 0;
    return true;
  }
  ++refusals;
  process.header->lost_threads.fetch_add(1, std::memory_order_relaxed);
  return false;
}

// Room for a record of `words` with everything that must be told before it; tells it, and returns the clock.
bool prepare(Lane& lane, std::uint64_t words, Need need, std::uint64_t& ticks) {
  if (!make_room(lane, words + kForewordWords, need)) return false;
  ticks = next_ticks(lane);
  tell_epoch(lane, ticks);
  if (lane.lost_starts != 0 || lane.lost_ends != 0) {
    const std::uint64_t head = lane.ring->head.load(std::memory_order_relaxed);
    store_word(lane, head,
               wire::pack_record(wire::RecordType::kLost, kLostWords - 1, static_cast<std::uint32_t>(ticks)));
    store_word(lane, head + 1, lane.lost_starts);
    store_word(lane, head + 2, lane.lost_ends);
    lane.ring->head.store(head + kLostWords, std::memory_order_release);
    lane.lost_starts = 0;
    lane.lost_ends = 0;
  }
  tell_stack(lane, ticks);
  if (lane.told_context != active_context_number()) store_context(lane, static_cast<std::uint32_t>(ticks));
  return true;
}

template <typename T>
std::uint64_t load(const char* at) {
  T value;
  __builtin_memcpy(&value, at, sizeof(value));
  return value;
}

// The 1 to 7 bytes of a text that fill no word, in two looks which may overlap; none beyond them.
std::uint64_t last_word(const char* at, std::uint32_t bytes) {
  if (bytes >= 4) return load<std::uint32_t>(at) | load<std::uint32_t>(at + bytes - 4) << (8 * (bytes - 4));
  if (bytes >= 2) return load<std::uint16_t>(at) | load<std::uint16_t>(at + bytes - 2) << (8 * (bytes - 2));
  return load<std::uint8_t>(at);
}

// Stores a text in whole words, padded with zeros, from `at` on. Returns where it ends.
std::uint64_t store_text(Lane& lane, std::uint64_t at, const Bytes& text) {
  std::uint32_t i = 0;
  for (; i + 8 <= text.length; i += 8) {
    store_word(lane, at++, load<std::uint64_t>(text.at + i));
  }
  if (i == text.length) return at;
  store_word(lane, at++, last_word(text.at + i, text.length - i));
  return at;
}

// `record` and its texts from the head on; the head does not pass over them yet. There is room.
std::uint64_t store_record(Lane& lane, std::uint64_t header, const std::uint64_t* payload, std::uint32_t payload_words,
                           const Bytes* texts, std::uint32_t text_count) {
  std::uint64_t at = lane.ring->head.load(std::memory_order_relaxed);
  store_word(lane, at++, header);
  for (std::uint32_t i = 0; i < payload_words; ++i) store_word(lane, at++, payload[i]);
  for (std::uint32_t i = 0; i < text_count; ++i) at = store_text(lane, at, texts[i]);
  return at;
}

void commit(Lane& lane, std::uint64_t head) { lane.ring->head.store(head, std::memory_order_release); }

std::uint32_t words_of(const ToldRecord& record) {
  std::uint32_t words = record.payload_bytes / 8;
  for (std::uint32_t i = 0; i < record.text_count; ++i) words += wire::words_for(record.texts[i].length);
  return words;
}

// Whether the usual path is open for so many words: nothing must be told first, and they do not go round the ring's
// end. Sets the low half of the clock.
bool usual(const Lane& lane, std::uint64_t words, std::uint32_t& clock_low) {
  const Ticks now = read_tsc();
  clock_low = now.low;
  return now.high == lane.epoch && lane.ring->head.load(std::memory_order_relaxed) + words <= lane.limit;
}

// Where the words that follow `record` begin.
std::uint64_t store_told(Lane& lane, const ToldRecord& record, std::uint32_t words, std::uint32_t clock_low) {
  return store_record(lane, wire::pack_record(record.type, words, clock_low),
                      static_cast<const std::uint64_t*>(record.payload), record.payload_bytes / 8, record.texts,
                      record.text_count);
}

}  // namespace

bool push_slowly(Lane& lane, std::uint32_t event) {
  if (!ensure_ring(lane)) return false;
  const Need need = wire::event_kind(event) == wire::EventKind::kEnd ? Need::kEnd : Need::kStart;
  if (need == Need::kStart && beyond_limit(lane)) return false;  // as the ring knows, which the lane has just claimed
  const std::uint64_t before = lane.ring->head.load(std::memory_order_relaxed);
  const bool at_end_of_room = before == lane.room_end;
  std::uint64_t ticks = 0;
  if (!prepare(lane, 1, need, ticks)) {
    count_loss(lane, need);
    return false;
  }
  const std::uint64_t head = lane.ring->head.load(std::memory_order_relaxed);
  store_word(lane, head, (ticks << 32) | event);
  lane.ring->head.store(head + 1, std::memory_order_release);
  go_on(lane, before + 1 + kForewordWords);
  if (at_end_of_room) push_rename(lane);  // now and then, as it costs a system call
  return true;
}

bool push_record(Lane& lane, wire::RecordType type, const std::uint64_t* payload, std::uint32_t payload_words,
                 Bytes first, Bytes second, Bytes third) {
  if (!ensure_ring(lane)) return false;
  const std::uint32_t words =
      payload_words + wire::words_for(first.length) + wire::words_for(second.length) + wire::words_for(third.length);
  const std::uint64_t before = lane.ring->head.load(std::memory_order_relaxed);
  std::uint64_t ticks = 0;
  if (!prepare(lane, words + 1, Need::kEnd, ticks)) return false;
  const Bytes texts[3] = {first, second, third};
  commit(lane, store_record(lane, wire::pack_record(type, words, static_cast<std::uint32_t>(ticks)), payload,
                            payload_words, texts, 3));
  go_on(lane, before + words + 1 + kForewordWords);
  return true;
}

bool push_captured(Lane& lane, wire::RecordType type, wire::FunctionId function, Bytes text) {
  if (!ensure_ring(lane)) return false;
  if (type == wire::RecordType::kArguments && beyond_limit(lane)) return false;  // as push_slowly() will see it
  const std::uint32_t words = 1 + wire::words_for(text.length);
  const std::uint64_t before = lane.ring->head.load(std::memory_order_relaxed);
  const std::uint64_t with_event = words + 1 + 1 + kForewordWords;
  std::uint64_t ticks = 0;
  if (!prepare(lane, with_event, Need::kStart, ticks)) return false;
  const std::uint64_t payload = function | (std::uint64_t{text.length} << 32);
  commit(lane,
         store_record(lane, wire::pack_record(type, words, static_cast<std::uint32_t>(ticks)), &payload, 1, &text, 1));
  go_on(lane, before + with_event + kForewordWords);
  return true;
}

bool push_told(Lane& lane, const ToldRecord& record) {
  const std::uint32_t words = words_of(record);
  std::uint32_t clock_low = 0;
  if (usual(lane, words + 1, clock_low)) {
    commit(lane, store_told(lane, record, words, clock_low));
    return true;
  }
  std::uint64_t ticks = 0;
  const std::uint64_t before = ensure_ring(lane) ? lane.ring->head.load(std::memory_order_relaxed) : 0;
  if (lane.ring == &no_ring || words > wire::kMaxPayloadWords || !prepare(lane, words + 1, Need::kStart, ticks)) {
    if (process_attached()) process.header->lost_records.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  commit(lane, store_told(lane, record, words, static_cast<std::uint32_t>(ticks)));
  go_on(lane, before + words + 1 + kForewordWords);
  return true;
}

bool push_block(Lane& lane, const ToldRecord& record, std::uint32_t start) {
  const std::uint32_t words = words_of(record);
  std::uint32_t clock_low = 0;
  if (usual(lane, words + 2, clock_low)) {
    const std::uint64_t at = store_told(lane, record, words, clock_low);
    store_word(lane, at, std::uint64_t{clock_low} << 32 | start);
    commit(lane, at + 1);
    return true;
  }
  if (!ensure_ring(lane)) return false;
  const std::uint64_t before = lane.ring->head.load(std::memory_order_relaxed);
  std::uint64_t ticks = 0;
  if (!prepare(lane, words + 2, Need::kStart, ticks)) {
    count_loss(lane, Need::kStart);
    return false;
  }
  const std::uint64_t at = store_told(lane, record, words, static_cast<std::uint32_t>(ticks));
  store_word(lane, at, (ticks << 32) | start);
  commit(lane, at + 1);
  go_on(lane, before + words + 2 + kForewordWords);
  return true;
}

bool push_context_usually(Lane& lane) {
  std::uint32_t clock_low = 0;
  if (!usual(lane, kContextWords, clock_low)) return false;
  store_context(lane, clock_low);
  return true;
}

void push_leave(Lane& lane, std::uint32_t frames, wire::LeaveReason reason) {
  const std::uint64_t payload = frames | (std::uint64_t{static_cast<std::uint32_t>(reason)} << 32);
  if (push_record(lane, wire::RecordType::kLeave, &payload, 1)) return;
  lane.lost_ends += frames;
  if (lane.ring != &no_ring) lane.ring->lost_ends.fetch_add(frames, std::memory_order_relaxed);
}

void push_losses(Lane& lane) {
  if (lane.ring == &no_ring || (lane.lost_starts == 0 && lane.lost_ends == 0)) return;
  std::uint64_t ticks = 0;
  if (!prepare(lane, 0, Need::kEnd, ticks)) return;  // the ring's counters still tell
  go_on(lane, 0);
}

void push_rename(Lane& lane) {
  if (lane.index != 0 || lane.ring == &no_ring || confined()) return;
  char name[16] = {0};
  sys_prctl(PR_GET_NAME, name);
  bool same = true;
  for (unsigned i = 0; i < sizeof(name); ++i) same = same && name[i] == this_thread.told_name[i];
  if (same) return;
  std::uint64_t payload[2] = {0, 0};
  copy_bytes(payload, name, sizeof(name));
  if (push_record(lane, wire::RecordType::kRename, payload, 2)) copy_bytes(this_thread.told_name, name, sizeof(name));
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
