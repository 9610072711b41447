// A hundred thousand exceptions in a row, four threads that throw at once, and one exception through a hundred thousand
// frames: each of them counted, none of them lost.
//
// RUN: %{trace} %s --levels=-O2 --arguments loop --policy '{"package_trees": ["many"], "trace_depth": 20}' --jq 'select(.record_type == "summary") | [.calls, .records, .open_calls, .dropped]' --prefix LOOP
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=LOOPED
// LOOP: [100001,200002,0,{}]
// LOOPED-COUNT-3: whole: 1 process, 100001 calls, 100000 exceptions, 0 open, 0 dropped
//
// RUN: %{trace} %s --levels=-O2 --arguments threads --policy '{"package_trees": ["many"], "trace_depth": 20}' --jq '[., inputs] | map(select(.stage == "EXCEPTION") | .exception == "of thread \(.function | capture("<(?<n>.)>").n)") | [length, all]' --prefix THREADS
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=THREADED
// THREADS: [16000,true]
// THREADED-COUNT-3: whole: 1 process, 16005 calls, 16000 exceptions, 0 open, 0 dropped
//
// RUN: %{trace} %s --levels=-O0,-O2 --arguments deep --policy '{"package_trees": ["many"], "trace_depth": "unlimited"}' --jq 'select(.record_type == "summary") | [.calls, .records, .open_calls, .dropped]' --prefix DEEP
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=DEEPER
// DEEP: [100003,200006,0,{}]
// DEEPER-COUNT-6: whole: 1 process, 100003 calls, 100001 exceptions, 0 open, 0 dropped
#include <sys/resource.h>

#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#define CALL [[gnu::noinline]]

namespace many {
volatile int sink;

CALL void fails(int n) { throw n; }
CALL void loop() {
  for (int i = 0; i < 100'000; ++i) {
    try {
      fails(i);
    } catch (int n) {
      sink = n;
    }
  }
}

template <int kThread>
CALL void inner() {
  throw std::runtime_error("of thread " + std::to_string(kThread));
}
template <int kThread>
CALL void outer() {
  inner<kThread>();
  sink = 0;
}
template <int kThread>
CALL void throws_often() {
  for (int i = 0; i < 2000; ++i) {
    try {
      outer<kThread>();
    } catch (const std::exception&) {
      sink = i;
    }
  }
}

struct Witness {
  __attribute__((no_instrument_function)) ~Witness() { sink = sink + 1; }
};
CALL void dive(int n) {
  Witness witness;  // every frame has something to clean up
  if (n == 0) throw std::runtime_error("from the depth");
  dive(n - 1);
  sink = n;
}
CALL void in_threads() {
  std::thread threads[] = {std::thread(throws_often<0>), std::thread(throws_often<1>), std::thread(throws_often<2>),
                           std::thread(throws_often<3>)};
  for (std::thread& thread : threads) thread.join();
}

CALL void deep() {
  try {
    dive(100'000);
  } catch (const std::runtime_error&) {
    sink = 0;
  }
}
CALL void in_a_thread() { std::thread(deep).join(); }
}  // namespace many

int main(int, char** arguments) {
  if (std::strcmp(arguments[1], "loop") == 0) many::loop();
  if (std::strcmp(arguments[1], "threads") == 0) many::in_threads();
  if (std::strcmp(arguments[1], "deep") == 0) {
    rlimit stack{};
    getrlimit(RLIMIT_STACK, &stack);
    stack.rlim_cur = 256 << 20;  // for a thread that is made from now on
    setrlimit(RLIMIT_STACK, &stack);
    many::in_a_thread();
  }
}
