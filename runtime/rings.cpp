#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <sys/mman.h>

#include <atomic>

#include "runtime/process.h"
#include "runtime/rings.h"
#include "runtime/syscalls.h"

namespace glimpse::runtime {

namespace {

constexpr std::uint32_t kBits = 64;
constinit std::atomic<std::uint64_t> opened[wire::kDefaultMaxRings / kBits]{};

}  // namespace

void close_rings() {
  for (auto& word : opened) word.store(0, std::memory_order_relaxed);
}

bool ring_opened(std::uint32_t index) {
  return index < wire::kDefaultMaxRings &&
         (opened[index / kBits].load(std::memory_order_acquire) >> (index % kBits) & 1) != 0;
}

wire::RingHeader* open_ring(std::uint32_t index) {
  const std::uint64_t ring_bytes = process.header->ring_bytes;
  const std::uint64_t offset = wire::ring_offset(ring_bytes, index);
  wire::RingHeader* ring = ring_at(index);
  if (sys_mprotect(ring, wire::kPageBytes + ring_bytes, PROT_READ | PROT_WRITE) < 0) return nullptr;
  if (!populate(offset, wire::kPageBytes)) return nullptr;
  ring->state.store(wire::RingState::kClaimed, std::memory_order_relaxed);
  opened[index / kBits].fetch_or(std::uint64_t{1} << (index % kBits), std::memory_order_release);
  return ring;
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
