// The functions of the table in include/glimpse/api.h, which says what they promise.
//
// Threads and signals: as they say there: no lock, no allocation, errno untouched. One that interrupts a hook, or
// another of these, writes to a handler's lane.
#pragma once

#include "glimpse/api.h"

namespace glimpse::runtime {

// runtime/contexts.cpp
void current_context(glimpse_context* context);
void attach_context(const glimpse_context* next, glimpse_context* previous);

// runtime/spans.cpp
void span_start(glimpse_context* span, glimpse_text name, uint32_t kind, const glimpse_context* parent);
void span_set(const glimpse_context* span, const glimpse_field* fields, size_t count);
void span_event(const glimpse_context* span, glimpse_text name, const glimpse_field* fields, size_t count);
void span_link(const glimpse_context* span, const glimpse_context* to, const glimpse_field* fields, size_t count);
void span_status(const glimpse_context* span, uint32_t status, glimpse_text description);
void span_rename(const glimpse_context* span, glimpse_text name);
void span_end(const glimpse_context* span);

// runtime/logs.cpp
void log(const glimpse_log_record* record);

// runtime/blocks.cpp
void block_begin(glimpse_block* block, glimpse_text name, glimpse_text label, glimpse_text file, uint32_t line);
void block_end(glimpse_block* block, uint32_t unwound);

}  // namespace glimpse::runtime
