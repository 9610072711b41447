// C++20 coroutines that pause on one thread and go on on another: what runs between two pauses are calls of the thread it
// runs on, whole and rightly nested. A coroutine's own frame is on no stack, so nothing of it stays open while it waits.
//
// Compilers also hook the part of a coroutine that goes on after a pause, under the name of the coroutine.
//
// RUN: %{trace} %s --only gcc,clang-19 --flags=-std=c++20 --policy '{"exact_modules": ["flow"], "trace_depth": 20}'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// RUN: for build in %t.trace/*; do jq -rs -f %S/inputs/where.jq $build/trace.jsonl; done | FileCheck %s --check-prefix=WHERE
//
// CHECK:      START flow::drive()
// CHECK:      START flow::work(int)
// CHECK:      START flow::first(int)
// CHECK-NEXT: END flow::first(int)
// CHECK:      START flow::second(int)
// CHECK-NEXT: END flow::second(int)
// CHECK:      START flow::third(int)
// CHECK-NEXT: END flow::third(int)
// CHECK:      END flow::drive()
// WHOLE-COUNT-4: whole: 1 process, {{[0-9]+}} calls, 0 exceptions, 0 open, 0 dropped
// WHERE:      main flow::first(int)
// WHERE-NEXT: one flow::second(int)
// WHERE-NEXT: two flow::third(int)
#include <pthread.h>

#include <coroutine>
#include <exception>
#include <initializer_list>

namespace flow {
volatile int sink;

struct Task {
  struct promise_type {
    Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};

[[gnu::noinline]] void first(int n) { sink = n; }
[[gnu::noinline]] void second(int n) { sink = n; }
[[gnu::noinline]] void third(int n) { sink = n; }

[[gnu::noinline]] Task work(int n) {
  first(n);
  co_await std::suspend_always{};
  second(n);
  co_await std::suspend_always{};
  third(n);
}

struct Turn {
  std::coroutine_handle<> handle;
  const char* name;
};

[[gnu::noinline]] void* go_on(void* given) {
  const Turn& turn = *static_cast<Turn*>(given);
  pthread_setname_np(pthread_self(), turn.name);
  turn.handle.resume();
  return nullptr;
}

[[gnu::noinline]] void drive() {
  pthread_setname_np(pthread_self(), "main");
  const Task task = work(1);
  for (const char* name : {"one", "two"}) {
    Turn turn{task.handle, name};
    pthread_t thread;
    pthread_create(&thread, nullptr, go_on, &turn);
    pthread_join(thread, nullptr);
  }
  task.handle.destroy();
}
}  // namespace flow

int main() { flow::drive(); }
