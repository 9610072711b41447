// Exceptions that libstdc++ throws: the frames of the program are left by them, whichever way they came.
//
// RUN: %{trace} %s --policy '{"package_trees": ["user"], "trace_depth": 20}' --jq 'select(.stage=="EXCEPTION")|[.function[6:-2],.exception_type,.exception]'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// WHOLE-COUNT-6: whole: 1 process, {{[0-9]+}} calls, 10 exceptions, 0 open, 0 dropped
#include <any>
#include <cstdio>
#include <functional>
#include <future>
#include <map>
#include <new>
#include <regex>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <vector>

#define CALL [[gnu::noinline]]

namespace user {
volatile int sink;
volatile std::size_t enormous = static_cast<std::size_t>(1) << 62;

// CHECK:      ["stoi","std::invalid_argument","stoi"]
CALL void stoi() { sink = std::stoi("no number"); }
// CHECK-NEXT: ["at","std::out_of_range","map::at"]
CALL void at() { sink = std::map<int, int>{{1, 2}}.at(3); }
// CHECK-NEXT: ["regex","std::{{(__cxx11::)?}}regex_error","{{.*}}"]
CALL void regex() { std::regex broken("(("); }
// CHECK-NEXT: ["memory","std::bad_alloc","std::bad_alloc"]
CALL void memory() { delete[] static_cast<char*>(::operator new(enormous)); }
// CHECK-NEXT: ["length","std::length_error","{{.*}}"]
CALL void length() { std::vector<int>().reserve(enormous); }
// CHECK-NEXT: ["call","std::bad_function_call","bad_function_call"]
CALL void call() { std::function<void()>()(); }
// CHECK-NEXT: ["any","std::bad_any_cast","bad any_cast"]
CALL void any() { sink = std::any_cast<int>(std::any(1.5)); }
struct Base {
  virtual ~Base() = default;
};
struct Derived : Base {};
// CHECK-NEXT: ["cast","std::bad_cast","std::bad_cast"]
CALL void cast() {
  Base base;
  dynamic_cast<Derived&>(static_cast<Base&>(base)).Base::~Base();
}
// Thrown on the task's thread, where the library catches it, and again where the result is asked for. Threads are merged
// by time as far as the machine keeps up.
// CHECK-DAG:  ["task","std::domain_error","in another thread"]
// CHECK-DAG:  ["future","std::domain_error","in another thread"]
CALL int task() { throw std::domain_error("in another thread"); }
CALL void future() { sink = std::async(std::launch::async, task).get(); }
// CHECK-NOT:  {{.}}

CALL void catches(void (*thrower)()) {
  try {
    thrower();
  } catch (const std::exception&) {
    ++sink;
  }
}
}  // namespace user

int main() {
  for (auto* thrower : {user::stoi, user::at, user::regex, user::memory, user::length, user::call, user::any, user::cast,
                        user::future}) {
    user::catches(thrower);
  }
  std::puts("all caught");
}
