#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <sys/mman.h>

#include <atomic>

#include "runtime/confinement.h"
#include "runtime/process.h"
#include "runtime/rings.h"
#include "runtime/syscalls.h"

namespace glimpse::runtime {

namespace {

// Rings of ended threads that the collector has yet to drain: from here on a thread waits rather than open a new one.
constexpr std::uint32_t kMostUndrained = 64;
constexpr std::uint64_t kPollNs = 500'000;

// One bit for each ring.
class RingSet {
 public:
  bool has(std::uint32_t index) const {
    return index < wire::kDefaultMaxRings &&
           (words_[index / kBits].load(std::memory_order_acquire) >> (index % kBits) & 1) != 0;
  }
  void add(std::uint32_t index) { words_[index / kBits].fetch_or(bit(index), std::memory_order_release); }
  void remove(std::uint32_t index) { words_[index / kBits].fetch_and(~bit(index), std::memory_order_release); }
  void clear() {
    for (auto& word : words_) word.store(0, std::memory_order_relaxed);
  }

 private:
  static constexpr std::uint32_t kBits = 64;
  static std::uint64_t bit(std::uint32_t index) { return std::uint64_t{1} << (index % kBits); }
  std::atomic<std::uint64_t> words_[wire::kDefaultMaxRings / kBits]{};
};

constinit RingSet opened;
constinit RingSet lingering;
constinit std::atomic<bool> any_lingering{false};
constinit std::atomic<bool> waited_in_vain{false};  // and no ring was drained since

std::uint32_t claimed_count() {
  const std::uint32_t count = process.header->ring_count.load(std::memory_order_acquire);
  return count < process.header->max_rings ? count : process.header->max_rings;
}

bool thread_is_gone(std::uint32_t tid) {
  constexpr long kNoSuchThread = -3;
  return !confined() && raw_syscall(__NR_tgkill, process.pid, tid, 0) == kNoSuchThread;
}

void end_lingering_rings() {
  if (!any_lingering.load(std::memory_order_relaxed)) return;
  for (std::uint32_t i = 0; i < claimed_count(); ++i) {
    if (!lingering.has(i) || !thread_is_gone(ring_at(i)->tid)) continue;
    lingering.remove(i);
    auto active = wire::RingState::kActive;
    ring_at(i)->state.compare_exchange_strong(active, wire::RingState::kEnded, std::memory_order_acq_rel);
  }
}

// Also counts the rings of ended threads that are not yet drained. A ring that another thread has counted but not yet
// opened is inaccessible: only opened ones are looked at.
wire::RingHeader* claim_drained_ring(std::uint32_t& undrained) {
  undrained = 0;
  for (std::uint32_t i = 0; i < claimed_count(); ++i) {
    if (!opened.has(i)) continue;
    wire::RingHeader* ring = ring_at(i);
    auto state = ring->state.load(std::memory_order_relaxed);
    if (state == wire::RingState::kEnded) ++undrained;
    if (state == wire::RingState::kFree &&
        ring->state.compare_exchange_strong(state, wire::RingState::kClaimed, std::memory_order_acq_rel)) {
      waited_in_vain.store(false, std::memory_order_relaxed);
      return ring;
    }
  }
  return nullptr;
}

bool worth_waiting(std::uint32_t undrained) {
  const bool all_claimed = claimed_count() == process.header->max_rings;
  return (undrained >= kMostUndrained || (all_claimed && undrained > 0)) &&
         process.session->overflow == wire::OverflowMode::kBlock &&
         process.session->collector_state.load(std::memory_order_relaxed) != wire::CollectorState::kGone &&
         !waited_in_vain.load(std::memory_order_relaxed);
}

// Makes the header of a ring accessible. False where there is no memory for it. Several threads may do so at once.
bool prepare_ring(std::uint32_t index) {
  const std::uint64_t ring_bytes = process.header->ring_bytes;
  return (confined() || sys_mprotect(ring_at(index), wire::kPageBytes + ring_bytes, PROT_READ | PROT_WRITE) >= 0) &&
         populate(wire::ring_offset(ring_bytes, index), wire::kPageBytes);
}

// A ring is counted only when its header has memory, as the collector looks at all that are counted.
wire::RingHeader* claim_new_ring() {
  wire::ProcessHeader& header = *process.header;
  std::uint32_t index = header.ring_count.load(std::memory_order_acquire);
  do {
    if (index >= header.max_rings || !prepare_ring(index)) return nullptr;
  } while (!header.ring_count.compare_exchange_weak(index, index + 1, std::memory_order_acq_rel));
  wire::RingHeader* ring = ring_at(index);
  ring->state.store(wire::RingState::kClaimed, std::memory_order_relaxed);
  opened.add(index);
  return ring;
}

}  // namespace

void close_rings() {
  opened.clear();
  lingering.clear();
  any_lingering.store(false, std::memory_order_relaxed);
  waited_in_vain.store(false, std::memory_order_relaxed);
}

bool ring_opened(std::uint32_t index) { return opened.has(index); }

void open_all_rings() { sys_mprotect(ring_at(0), process.mapped_bytes - wire::kRingsOffset, PROT_READ | PROT_WRITE); }

bool is_ring_of_process(const wire::RingHeader* ring) {
  const auto* at = reinterpret_cast<const std::uint8_t*>(ring);
  return ring == &no_ring || (at >= process.base && at < process.base + process.mapped_bytes);
}

wire::RingHeader* take_ring() {
  const std::uint64_t deadline_ns = patience_ns() + std::uint64_t{process.session->enqueue_timeout_ms} * 1'000'000;
  std::uint32_t undrained = 0;
  while (true) {
    end_lingering_rings();
    if (wire::RingHeader* ring = claim_drained_ring(undrained)) return ring;
    if (!worth_waiting(undrained)) return claim_new_ring();
    if (patience_ns() >= deadline_ns) waited_in_vain.store(true, std::memory_order_relaxed);
    ring_bell();
    const std::atomic<std::uint32_t> nothing{0};
    wait_for_change(nothing, 0, kPollNs);
  }
}

void let_linger(const wire::RingHeader* ring) {
  if (ring == &no_ring) return;
  const auto offset = static_cast<std::uint64_t>(reinterpret_cast<const std::uint8_t*>(ring) - process.base);
  lingering.add(
      static_cast<std::uint32_t>((offset - wire::kRingsOffset) / (wire::kPageBytes + process.header->ring_bytes)));
  any_lingering.store(true, std::memory_order_relaxed);
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
