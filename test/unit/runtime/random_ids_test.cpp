// Ids that no two draw: threads, handlers amid a draw, a process and its forked child.
#include "runtime/random_ids.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <thread>
#include <vector>

namespace glimpse::runtime {
namespace {

using Ids = std::vector<std::uint64_t>;

std::ptrdiff_t repeats(Ids ids) {
  std::ranges::sort(ids);
  return std::ranges::distance(std::ranges::unique(ids));
}

TEST(RandomIds, NoTwoThreadsDrawTheSame) {
  seed_ids(1);
  constexpr std::size_t kThreads = 8;
  constexpr std::size_t kEach = 50'000;
  Ids all(kThreads * kEach);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&all, t] {
      for (std::size_t i = 0; i < kEach; ++i) all[t * kEach + i] = random_id();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::ranges::count(all, 0u), 0);
  EXPECT_EQ(repeats(all), 0);
}

TEST(RandomIds, EveryBitIsAsOftenSetAsNot) {
  seed_ids(2);
  constexpr int kDraws = 20'000;
  int set[64] = {};
  for (int i = 0; i < kDraws; ++i) {
    const std::uint64_t id = random_id();
    for (int bit = 0; bit < 64; ++bit) set[bit] += static_cast<int>(id >> bit & 1);
  }
  for (const int count : set) EXPECT_NEAR(count, kDraws / 2, kDraws / 20);  // 14 standard deviations
}

TEST(RandomIds, AForkedChildDrawsOthersThanItsParent) {
  seed_ids(3);
  random_id();
  constexpr std::size_t kEach = 1000;
  void* where = mmap(nullptr, kEach * 8, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(where, MAP_FAILED);
  auto* childs = static_cast<std::uint64_t*>(where);
  const pid_t child = fork();
  if (child == 0) {
    seed_ids(4);  // as attaching does
    for (std::size_t i = 0; i < kEach; ++i) childs[i] = random_id();
    _exit(0);
  }
  Ids all;
  for (std::size_t i = 0; i < kEach; ++i) all.push_back(random_id());
  waitpid(child, nullptr, 0);
  all.insert(all.end(), childs, childs + kEach);
  munmap(where, kEach * 8);
  EXPECT_EQ(repeats(all), 0);
}

std::atomic<std::size_t> handler_draws{0};
Ids handler_ids(100'000);

void draw_in_handler(int) {
  const std::size_t at = handler_draws.fetch_add(1);
  if (at < handler_ids.size()) handler_ids[at] = random_id();
}

TEST(RandomIds, AHandlerAmidADrawDrawsAnother) {
  seed_ids(5);
  struct sigaction action{};
  action.sa_handler = &draw_in_handler;
  action.sa_flags = SA_RESTART;
  ASSERT_EQ(sigaction(SIGALRM, &action, nullptr), 0);
  const itimerval often{{0, 50}, {0, 50}};
  setitimer(ITIMER_REAL, &often, nullptr);
  Ids all;
  all.reserve(4'000'000);
  while (all.size() < 4'000'000 && handler_draws < 2000) all.push_back(random_id());
  const itimerval never{};
  setitimer(ITIMER_REAL, &never, nullptr);
  signal(SIGALRM, SIG_DFL);
  all.insert(all.end(), handler_ids.begin(),
             handler_ids.begin() + static_cast<std::ptrdiff_t>(std::min(handler_draws.load(), handler_ids.size())));
  EXPECT_GT(handler_draws, 0u);
  EXPECT_EQ(repeats(all), 0);
}

}  // namespace
}  // namespace glimpse::runtime
