// Exceptions out of coroutines: thrown in a body after it was resumed, kept in its promise, thrown again where the result
// is asked for.
//
// REQUIRES: gcc, clang-19
// RUN: %{trace} %s --only gcc,clang-19 --flags=-std=c++20 --policy '{"package_trees": ["co"], "exclude_functions": ["co::body*", "co::Task::*"], "trace_depth": 20}'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// WHOLE-COUNT-4: whole: 1 process, {{[0-9]+}} calls, 2 exceptions, 0 open, 0 dropped
//
// CHECK:      START co::asks()
// CHECK:        START co::fails(int)
// CHECK:        EXCEPTION co::fails(int) std::out_of_range "in a coroutine"
// CHECK:        START co::result(co::Task&)
// CHECK-NEXT:   EXCEPTION co::result(co::Task&) std::out_of_range "in a coroutine"
// CHECK-NEXT: END co::asks()
// CHECK-NOT:  {{.}}
#include <coroutine>
#include <exception>
#include <stdexcept>
#include <utility>

#define CALL [[gnu::noinline]]

namespace co {
volatile int sink;

struct Task {
  struct promise_type {
    Task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { failure = std::current_exception(); }
    std::exception_ptr failure;
  };
  std::coroutine_handle<promise_type> handle;
};

CALL void fails(int n) {
  if (n > 1) throw std::out_of_range("in a coroutine");
}

Task body() {
  fails(1);
  co_await std::suspend_always();
  fails(2);
}

CALL void result(Task& task) {
  if (task.handle.promise().failure) std::rethrow_exception(std::exchange(task.handle.promise().failure, nullptr));
}

CALL void asks() {
  Task task = body();
  task.handle.resume();
  task.handle.resume();
  try {
    result(task);
  } catch (const std::out_of_range&) {
    ++sink;
  }
  task.handle.destroy();
}
}  // namespace co

int main() { co::asks(); }
