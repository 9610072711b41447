// W3C Trace Context, level 2, as the environment of a process carries it: TRACEPARENT and TRACESTATE.
//
// Threads and signals: safe anywhere; no allocation.
#pragma once

#include <stddef.h>

#include "glimpse/api.h"

namespace glimpse::runtime {

// Reads `version-trace_id-parent_id-flags`. False where it is not to the letter; `context` is then as it was.
bool parse_trace_parent(const char* text, glimpse_context& context);

// Whether the text is a list of at most 32 members, each with a key and a value that the recommendation allows.
bool is_trace_state(const char* text);

// Longer ones are not passed on.
inline constexpr size_t kMostTraceStateBytes = 512;

}  // namespace glimpse::runtime
