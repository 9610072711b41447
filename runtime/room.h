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
