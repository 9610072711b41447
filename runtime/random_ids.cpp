#include "glimpse/untraced.h"

GLIMPSE_UNTRACED_BEGIN

#include <sys/auxv.h>
#include <sys/random.h>

#include <atomic>

#include "runtime/hot/clock.h"
#include "runtime/random_ids.h"
#include "runtime/syscalls.h"

namespace glimpse::runtime {

namespace {

struct Seed {
  std::uint64_t start;
  std::uint64_t key;
};

constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15;  // odd: the counter takes every value before it repeats one

constinit Seed process_seed{};
constinit std::atomic<std::uint32_t> seeded_generation{0};
constinit std::atomic<std::uint64_t> seeded_threads{0};

struct Generator {
  std::uint64_t counter;
  std::uint64_t key;
  std::uint32_t generation;  // of the process that seeded it; 0: none yet
};
constinit thread_local Generator generator __attribute__((tls_model("initial-exec"))){};

// David Stafford's variant 13 of MurmurHash3's finalizer: every bit of the input moves every bit of the output.
std::uint64_t mixed(std::uint64_t word) {
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
  word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
  return word ^ (word >> 31);
}

// Where the kernel has no random bytes for us yet: its own for this program, the time and the process.
Seed weak_seed() {
  const auto* given = reinterpret_cast<const std::uint64_t*>(getauxval(AT_RANDOM));
  const Ticks now = read_tsc();
  const std::uint64_t time = std::uint64_t{now.high} << 32 | now.low;
  const std::uint64_t first = given == nullptr ? 0 : given[0];
  const std::uint64_t second = given == nullptr ? 0 : given[1];
  return {mixed(first ^ time), mixed(second ^ mixed(time + sys_getpid()))};
}

void seed_thread(Generator& thread) {
  const std::uint64_t number = seeded_threads.fetch_add(2, std::memory_order_relaxed);
  thread.counter = mixed(mixed(process_seed.start + number * kStep) ^ process_seed.key);
  thread.key = mixed(mixed(process_seed.start + (number + 1) * kStep) ^ process_seed.key);
  thread.generation = seeded_generation.load(std::memory_order_relaxed);
}

std::uint64_t next_counter(Generator& thread) {
  std::uint64_t value = kStep;
  asm volatile("xaddq %0, %1" : "+r"(value), "+m"(thread.counter));
  return value;
}

}  // namespace

void seed_ids(std::uint32_t generation) {
  Seed seed{};
  if (raw_syscall(__NR_getrandom, as_long(&seed), sizeof(seed), GRND_NONBLOCK) != sizeof(seed)) seed = weak_seed();
  process_seed = seed;
  seeded_generation.store(generation, std::memory_order_release);
}

std::uint64_t random_id() {
  Generator& thread = generator;
  if (thread.generation != seeded_generation.load(std::memory_order_acquire)) seed_thread(thread);
  while (true) {
    const std::uint64_t id = mixed(mixed(next_counter(thread)) ^ thread.key);
    if (id != 0) return id;
  }
}

}  // namespace glimpse::runtime

GLIMPSE_UNTRACED_END
