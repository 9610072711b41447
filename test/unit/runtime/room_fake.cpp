#include "test/unit/runtime/room_fake.h"

#include <sys/mman.h>

#include <cstdlib>

#include "runtime/clock.h"
#include "runtime/confinement.h"
#include "runtime/process.h"
#include "runtime/rings.h"
#include "runtime/settings.h"
#include "runtime/syscalls.h"
#include "runtime/threads.h"

namespace glimpse::runtime {

Surroundings surroundings;
bool process_attached() { return true; }
const char* environment_value(const char* name) {
  const auto found = surroundings.environment.find(name);
  return found == surroundings.environment.end() ? nullptr : found->second.c_str();
}
constinit Process process{};
constinit Frame bottom_frame{~std::uintptr_t{0}, 0, 0};
constinit wire::RingHeader no_ring{.head = 0, .populated_words = 0, .depth_limit = wire::kUnlimitedDepth};
constinit thread_local Thread this_thread{};

std::uint64_t read_ticks() { return surroundings.ticks++; }
constinit std::atomic<std::uint32_t> followed_policy{0};
void follow_changed_policy() {}
void ring_bell() { surroundings.bells.fetch_add(1); }
bool populate(std::uint64_t, std::uint64_t) { return surroundings.memory; }
bool claim_ring(Lane&) { return false; }
bool is_ring_of_process(const wire::RingHeader*) { return true; }
void forget_parents_lane(Thread&, Lane&) {}
constinit std::atomic<bool> process_confined{false};

std::uint64_t patience_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

void wait_for_change(const std::atomic<std::uint32_t>& word, std::uint32_t seen, std::uint64_t timeout_ns) {
  sys_futex_wait(&word, seen, timeout_ns);
}

FakeRuntime::FakeRuntime(wire::OverflowMode mode, std::uint64_t capacity_words)
    : bytes_(wire::ring_offset(capacity_words * sizeof(std::uint64_t), 1)) {
  surroundings.ticks = 0;
  surroundings.bells = 0;
  surroundings.memory = true;
  void* where = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (where == MAP_FAILED) std::abort();
  process.base = static_cast<std::uint8_t*>(where);
  process.header = reinterpret_cast<wire::ProcessHeader*>(process.base);
  process.header->ring_bytes = capacity_words * sizeof(std::uint64_t);
  process.session = &session_;
  session_.overflow = mode;
  session_.collector_state = wire::CollectorState::kRunning;
  ring().overwrites = mode == wire::OverflowMode::kOverwrite ? 1 : 0;
  ring().state = wire::RingState::kActive;
  ring().depth_limit = wire::kUnlimitedDepth;
  lane_.ring = &ring();
  lane_.words = words();
  lane_.mask = capacity_words - 1;
  lane_.epoch = kForeignEpoch;  // every event asks read_ticks()
  lane_.told_epoch = kNoEpoch;
  lane_.index = 1;  // a handler's lane tells no names
}

FakeRuntime::~FakeRuntime() {
  munmap(process.base, bytes_);
  process.base = nullptr;
  process.session = nullptr;
  process.header = nullptr;
}

wire::RingHeader& FakeRuntime::ring() {
  return *reinterpret_cast<wire::RingHeader*>(process.base + wire::kRingsOffset);
}

std::uint64_t* FakeRuntime::words() {
  return reinterpret_cast<std::uint64_t*>(process.base + wire::kRingsOffset + wire::kPageBytes);
}

std::atomic<wire::Decision>& FakeRuntime::decision(std::uint32_t id) {
  return reinterpret_cast<std::atomic<wire::Decision>*>(process.base + wire::kDecisionsOffset)[id];
}

}  // namespace glimpse::runtime
