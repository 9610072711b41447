#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <atomic>

#include "glimpse/wire/control.h"
#include "runtime/confinement.h"
#include "runtime/control.h"
#include "runtime/first_call.h"
#include "runtime/process.h"
#include "runtime/recording.h"
#include "runtime/rings.h"

namespace glimpse::runtime {

namespace {

constexpr std::uint64_t kStepNs = 50'000'000;

constinit std::atomic<bool> shut{false};                     // for good
constinit std::atomic<std::uint64_t> dropped_when_asked{0};  // by is_healthy()

template <typename Visit>
void each_ring(Visit visit) {
  const std::uint32_t count = process.header->ring_count.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; i < count && i < process.header->max_rings; ++i) {
    if (ring_opened(i)) visit(*ring_at(i));
  }
}

glimpse_result counted(glimpse_error error) {
  glimpse_result result{};
  result.ok = error == GLIMPSE_OK ? 1 : 0;
  result.error = error;
  if (!process_attached()) return result;
  const wire::ProcessHeader& header = *process.header;
  result.accepted = header.read_calls.load(std::memory_order_relaxed);
  result.dropped =
      header.lost_threads.load(std::memory_order_relaxed) + header.lost_functions.load(std::memory_order_relaxed) +
      header.lost_nested.load(std::memory_order_relaxed) + header.lost_in_rings.load(std::memory_order_relaxed);
  each_ring([&result](const wire::RingHeader& ring) {
    const std::uint64_t tail = ring.tail.load(std::memory_order_acquire);
    const std::uint64_t head = ring.head.load(std::memory_order_acquire);
    if (head > tail) result.queued += head - tail;
    if (ring.state.load(std::memory_order_acquire) != wire::RingState::kActive) return;
    result.dropped +=
        ring.lost_starts.load(std::memory_order_relaxed) + ring.overwritten_starts.load(std::memory_order_relaxed);
  });
  return result;
}

void set_recording(bool on) {
  process.header->recording.store(on ? 1 : 0, std::memory_order_seq_cst);
  wire::settle_depth_limit(*process.header, process.header->max_rings,
                           [](std::uint32_t index) -> wire::RingHeader& { return *ring_at(index); });
  tell_recording(on);
}

// Until the collector has done what was asked `mine`th, as `done` tells.
glimpse_error wait_until_done(const std::atomic<std::uint32_t>& done, std::uint32_t mine, std::uint32_t timeout_ms) {
  const std::uint64_t deadline_ns = patience_ns() + std::uint64_t{timeout_ms} * 1'000'000;
  while (true) {
    const std::uint32_t seen = done.load(std::memory_order_acquire);
    if (wire::request_done(seen, mine)) return GLIMPSE_OK;
    if (nobody_drains()) return GLIMPSE_NOT_TRACED;
    const std::uint64_t now_ns = patience_ns();
    if (now_ns >= deadline_ns) return GLIMPSE_TIMED_OUT;
    const std::uint64_t left_ns = deadline_ns - now_ns;
    wait_for_change(done, seen, left_ns < kStepNs ? left_ns : kStepNs);
  }
}

}  // namespace

bool recording() { return process_attached() && process.header->recording.load(std::memory_order_relaxed) != 0; }

glimpse_result start_recording() {
  if (shut.load(std::memory_order_acquire) || !attach_at_first_call()) return counted(GLIMPSE_NOT_TRACED);
  set_recording(true);
  return counted(GLIMPSE_OK);
}

glimpse_result stop_recording_calls() {
  if (!attach_at_first_call()) return counted(GLIMPSE_NOT_TRACED);
  set_recording(false);
  return counted(GLIMPSE_OK);
}

glimpse_result flush(std::uint32_t timeout_ms) {
  if (!process_attached()) {  // nothing was recorded: in the child of a fork, nothing yet
    const bool disabled = process.attachment.load(std::memory_order_relaxed) == Attachment::kDisabled;
    return counted(disabled ? GLIMPSE_NOT_TRACED : GLIMPSE_OK);
  }
  const std::uint32_t mine = process.header->flush_wanted.fetch_add(1, std::memory_order_seq_cst) + 1;
  ring_bell();
  return counted(wait_until_done(process.header->flush_done, mine, timeout_ms));
}

glimpse_result shut_down(std::uint32_t timeout_ms) {
  if (shut.exchange(true, std::memory_order_acq_rel)) return counted(GLIMPSE_OK);
  const glimpse_result flushed = flush(timeout_ms);
  if (attach_at_first_call()) set_recording(false);
  glimpse_result result = counted(static_cast<glimpse_error>(flushed.error));
  return result;
}

std::uint32_t is_healthy() {
  if (!process_attached() || nobody_drains()) return 0;
  const std::uint64_t dropped = counted(GLIMPSE_OK).dropped;
  return dropped_when_asked.exchange(dropped, std::memory_order_relaxed) == dropped ? 1 : 0;
}

glimpse_result snapshot() {
  if (!process_attached() || nobody_drains()) return counted(GLIMPSE_NOT_TRACED);
  if (process.session->overflow != wire::OverflowMode::kOverwrite) return counted(GLIMPSE_NOT_POSSIBLE);
  process.header->snapshot_wanted.fetch_add(1, std::memory_order_seq_cst);
  ring_bell();
  return counted(GLIMPSE_OK);
}

glimpse_result stats() { return counted(process_attached() ? GLIMPSE_OK : GLIMPSE_NOT_TRACED); }

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
