// A program that does the same each time and tells how far it came: run-kills kills it, and knows what must be
// recorded.
//
//   kills PROGRESS ITERATIONS THREADS     PROGRESS is a file of eight 64-bit counters, mapped; it outlives a kill
//
// Each iteration of a worker is a span of its own, which says the worker's number and its own.
//
// Counters 0, 1, 2: iterations finished by worker 0, 1, 2. 3: short-lived threads that were joined. 4: the pid, once
// the workers run. What is counted was returned from, so its events are committed.
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <stdexcept>

#include "glimpse/span.h"

static std::atomic<std::uint64_t>* progress;
static std::uint64_t iterations;
static std::uint64_t sums[3];

extern "C" {

std::uint64_t leaf(std::uint64_t n) { return n * 7 + 1; }
std::uint64_t deeper(std::uint64_t n) { return leaf(n) ^ 5; }
std::uint64_t step(std::uint64_t n) { return n % 3 == 0 ? deeper(n) : leaf(n); }

void inner_risk(std::uint64_t n) {
  if (n % 2 == 0) throw std::runtime_error("even");
  throw 7;
}
void risk(std::uint64_t n) { inner_risk(n); }

}  // extern "C"

__attribute__((no_instrument_function)) static void pace(std::uint64_t n) {
  const timespec pause = {0, 1'000'000};
  if (n % 10 == 0) nanosleep(&pause, nullptr);
}

__attribute__((no_instrument_function)) static void go_round(int worker, bool risky) {
  for (std::uint64_t n = 0; n < iterations; ++n) {
    pace(n);
    glimpse::Span span("round");
    span.set("worker", worker);
    sums[worker] += step(n);
    span.set("n", n);
    if (risky && n % 5 == 0) {
      try {
        risk(n);
      } catch (const std::runtime_error&) {
        ++sums[worker];
      } catch (int) {
        sums[worker] += 2;
      }
    }
    span.end();
    progress[worker].store(n + 1, std::memory_order_release);
  }
}

extern "C" {

void* worker_0(void*) {
  go_round(0, false);
  return nullptr;
}
void* worker_1(void*) {
  go_round(1, false);
  return nullptr;
}
void* worker_2(void*) {
  go_round(2, true);
  return nullptr;
}
void* short_life(void*) {
  for (std::uint64_t n = 0; n < 4; ++n) step(n);
  return nullptr;
}
void spawn() {
  pthread_t thread;
  if (pthread_create(&thread, nullptr, short_life, nullptr) != 0) abort();
  pthread_join(thread, nullptr);
}

}  // extern "C"

int main(int count, char** words) {
  if (count != 4) return 2;
  const int fd = open(words[1], O_RDWR);
  void* const where = mmap(nullptr, 64, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (where == MAP_FAILED) return 2;
  progress = static_cast<std::atomic<std::uint64_t>*>(where);
  iterations = strtoull(words[2], nullptr, 10);
  pthread_t threads[3];
  void* (*const workers[3])(void*) = {worker_0, worker_1, worker_2};
  for (int i = 0; i < 3; ++i) {
    if (pthread_create(&threads[i], nullptr, workers[i], nullptr) != 0) return 2;
  }
  progress[4].store(static_cast<std::uint64_t>(getpid()));
  for (std::uint64_t n = 0, all = strtoull(words[3], nullptr, 10); n < all; ++n) {
    pace(n * 5);
    spawn();
    progress[3].store(n + 1, std::memory_order_release);
  }
  for (pthread_t thread : threads) pthread_join(thread, nullptr);
  printf("sums %llu\n", static_cast<unsigned long long>(sums[0] ^ (sums[1] << 1) ^ (sums[2] << 2)));
  fprintf(stderr, "the program's own words\n");
  return 7;
}
