// Each thread is introduced by name before its first call, and its calls nest by themselves.
//
// RUN: %{trace} %s --policy '{"package_trees": ["pool"], "trace_depth": 10}' --jq 'select(.record_type == "thread").thread'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// RUN: jq -rs 'map(select(.function == "pool::work(int)" and .stage == "END").tid) | unique | length' %t.trace/gcc-O2/trace.jsonl | FileCheck %s --check-prefix=THREADS
//
// CHECK-DAG: "worker 1"
// CHECK-DAG: "worker 2"
// CHECK-DAG: "worker 3"
// CHECK-DAG: "app"
// CHECK-NOT: {{.}}
// WHOLE-COUNT-6: whole: 1 process, 17 calls, 0 exceptions, 0 open, 0 dropped
// THREADS: {{^}}3{{$}}
#include <pthread.h>

#include <string>
#include <thread>
#include <vector>

namespace pool {
volatile int done;

[[gnu::noinline]] void step(int n) { done = n; }

[[gnu::noinline]] void work(int n) {
  for (int i = 0; i < 4; ++i) step(n);
}
}  // namespace pool

int main() {
  std::vector<std::thread> workers;
  for (int i = 1; i <= 3; ++i) {
    workers.emplace_back([i]() __attribute__((no_instrument_function)) {
      pthread_setname_np(pthread_self(), ("worker " + std::to_string(i)).c_str());
      pool::work(i);
    });
  }
  for (auto& worker : workers) worker.join();
  pool::step(1);
  pool::step(2);
}
