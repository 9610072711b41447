// Recording on and off while a process runs, and how deep: one number in each ring, which the hooks compare anyway.
//
//   recording (process, `glimpse ctl`) ──┐
//                                        ├──▶ depth_limit of the process ──▶ depth_limit of each ring ──▶ hooks
//   policy_depth (collector) ────────────┘
//
// Off is a depth of 0: no call is recorded that begins, and calls that are open get their END.
//
// Threads: whoever changed one of the two settles it, in any process, any number at a time. Signals: safe.
#pragma once

#include <atomic>
#include <cstdint>

#include "glimpse/wire/process_file.h"

namespace glimpse::wire {

// `ring_at(index)` is the ring's header; the first `rings` that it counts, at most, are told.
template <typename RingAt>
void settle_depth_limit(ProcessHeader& header, std::uint32_t rings, RingAt ring_at) {
  while (true) {
    const std::uint32_t recording = header.recording.load(std::memory_order_seq_cst);
    const std::uint32_t depth = header.policy_depth.load(std::memory_order_seq_cst);
    const std::uint32_t limit = recording != 0 ? depth : 0;
    header.depth_limit.store(limit, std::memory_order_seq_cst);
    const std::uint32_t count = header.ring_count.load(std::memory_order_seq_cst);
    for (std::uint32_t i = 0; i < count && i < rings; ++i) {
      ring_at(i).depth_limit.store(limit, std::memory_order_seq_cst);
    }
    // Somebody who changed one of them meanwhile may have been faster.
    if (header.recording.load(std::memory_order_seq_cst) == recording &&
        header.policy_depth.load(std::memory_order_seq_cst) == depth) {
      return;
    }
  }
}

// For a ring that was just claimed, and is counted.
inline void begin_depth_limit(const ProcessHeader& header, RingHeader& ring) {
  std::uint32_t limit = 0;
  do {
    limit = header.depth_limit.load(std::memory_order_seq_cst);
    ring.depth_limit.store(limit, std::memory_order_seq_cst);
  } while (header.depth_limit.load(std::memory_order_seq_cst) != limit);
}

// Whether the `mine`th request was done, where `done` is the last one that was. Requests are counted round the end.
constexpr bool request_done(std::uint32_t done, std::uint32_t mine) {
  return static_cast<std::int32_t>(done - mine) >= 0;
}

}  // namespace glimpse::wire
