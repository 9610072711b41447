// Threads that do different things, so that each sequence tells which one it is; thread-local objects; threads that
// live shortly after each other and may get the same number; one that ends by pthread_exit.
#include <pthread.h>

#include <cstdio>
#include <thread>
#include <vector>

#define KEPT __attribute__((noinline))

namespace {
thread_local volatile int sink;
KEPT void leaf(int n) { sink = sink + n; }
struct Local {
  KEPT Local() { leaf(1); }
  KEPT ~Local() { leaf(2); }
  int value = 0;
};
thread_local Local local;

KEPT int work(int n) {
  leaf(n);
  return n < 2 ? n : work(n - 1) + work(n - 2);
}
KEPT void body(int n, int* result) {
  local.value = n;
  *result = work(n) + local.value;
}
KEPT void* leaving_early(void* argument) {
  leaf(3);
  if (argument) pthread_exit(nullptr);
  return nullptr;
}
}  // namespace

int main() {
  int results[24] = {};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back(body, i + 5, &results[i]);
  for (auto& thread : threads) thread.join();
  for (int i = 8; i < 24; ++i) std::thread(body, i - 7, &results[i]).join();
  pthread_t early;
  pthread_create(&early, nullptr, leaving_early, results);
  pthread_join(early, nullptr);
  int total = 0;
  for (int result : results) total += result;
  std::printf("%d\n", total);
  return 0;
}
