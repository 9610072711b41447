// The trace and span that the calling thread works for, and how its lanes come to tell the reader.
//
//   attach_context() ──▶ the thread's context has a new number ──▶ a lane whose told_context is another one tells it,
//                                                                  before the next event (runtime/room.cpp)
//
// A thread that never attached one has the process's: what TRACEPARENT and TRACESTATE of its environment say.
//
// Threads and signals: a context belongs to its thread. A handler may attach one, and must put back what it found.
#pragma once

#include <cstdint>

#include "glimpse/api.h"
#include "glimpse/wire/record.h"

namespace glimpse::runtime {

// What the thread's context is told by: another whenever it is another; 0 where there never was one.
std::uint32_t active_context_number();

wire::ContextPayload active_context_ids();

const glimpse_context& active_context();

// Null: none.
void change_active_context(const glimpse_context* next);

// Reads the environment. Once per program, before other threads ask.
void read_default_context();

}  // namespace glimpse::runtime
