// Records other than plain events, and room for all of them.
//
// When a ring is full the session's overflow mode decides. block: the thread sleeps until the collector has released
// some of it, at most enqueue_timeout_ms, after which calls are lost until it moves on. drop: calls are lost at once. A
// call is lost whole: room for the end of every recorded call is kept back. Every loss is counted in the ring and told
// in the stream. overwrite: the oldest records make room (runtime/overwriting.h), and there is always some.
//
// Threads and signals: called by the thread that owns the lane, its guard set.
#pragma once

#include <cstdint>

#include "glimpse/wire/record.h"
#include "runtime/hot/lane.h"

namespace glimpse::runtime {

// A record: `payload_words` words, then texts, each padded with zeros to whole words.
struct Bytes {
  const char* at;
  std::uint32_t length;
};
bool push_record(Lane& lane, wire::RecordType type, const std::uint64_t* payload, std::uint32_t payload_words,
                 Bytes first = {nullptr, 0}, Bytes second = {nullptr, 0}, Bytes third = {nullptr, 0});

// What the program says by itself: kSpanStart … kLog. Takes nothing that is kept back for the ends of calls. False
// where there is no room for it, which is then counted (ProcessHeader::lost_records).
struct ToldRecord {
  wire::RecordType type;
  const void* payload;
  std::uint32_t payload_bytes;  // a multiple of 8
  const Bytes* texts;
  std::uint32_t text_count;
};
bool push_told(Lane& lane, const ToldRecord& record);

// kBlock and the START of its block, which a reader sees at once or not at all. False where there is no room: the call
// is lost, and counted.
bool push_block(Lane& lane, const ToldRecord& record, std::uint32_t start);

// kContext, where that needs no more than storing it. False, and nothing has changed: it is told before the next event.
bool push_context_usually(Lane& lane);

// The lane's next event takes the way that tells the reader what it must know first. The lane may be in use by what a
// handler interrupted.
inline void tell_before_next_event(Lane& lane) { lane.epoch = kNoEpoch; }

// What was captured of a call whose event comes next: RecordType::kArguments or kResult. False where there is no room
// for it beside that event, and nothing that is kept back for others is taken: the call is then recorded without.
bool push_captured(Lane& lane, wire::RecordType type, wire::FunctionId function, Bytes text);

// The innermost `frames` recorded calls were left.
void push_leave(Lane& lane, std::uint32_t frames, wire::LeaveReason reason);

// What was lost since the last such record, if anything.
void push_losses(Lane& lane);

// The thread's name, if it changed since it was last told.
void push_rename(Lane& lane);

}  // namespace glimpse::runtime
