// The span that new calls, spans and messages of a thread belong to, as the program said last.
#pragma once

#include <cstdint>

#include "writers/trace_ids.h"

namespace glimpse::collector {

struct ActiveSpan {
  writers::TraceId trace;  // 0: none
  std::uint64_t span_id = 0;
  bool operator==(const ActiveSpan&) const = default;
};

}  // namespace glimpse::collector
