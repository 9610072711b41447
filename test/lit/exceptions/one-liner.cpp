// What was thrown, where, and which frames it left: one line of jq answers, for every compiler.
//
// RUN: %{trace} %s --policy '{"package_trees": ["hard"], "trace_depth": 20}' --jq 'select(.stage=="EXCEPTION")|[.function,.exception_type,.exception]'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// WHOLE-COUNT-6: whole: 1 process, {{[0-9]+}} calls, 12 exceptions, 0 open, 0 dropped
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#define CALL [[gnu::noinline]]

namespace hard {
volatile int sink;

// By value, by reference, by `...`; the catching function itself ends as usual.
// CHECK:      ["hard::refuse(char const*)","std::runtime_error","by value"]
// CHECK-NEXT: ["hard::refuse(char const*)","std::runtime_error","by reference"]
// CHECK-NEXT: ["hard::refuse(char const*)","std::runtime_error","by dots"]
CALL void refuse(const char* why) { throw std::runtime_error(why); }

CALL int catches() {
  try {
    refuse("by value");
  } catch (std::runtime_error error) {  // NOLINT: by value is the point
    ++sink;
  }
  try {
    refuse("by reference");
  } catch (const std::exception&) {
    ++sink;
  }
  try {
    refuse("by dots");
  } catch (...) {
    ++sink;
  }
  return sink;
}

// Caught and thrown on: the frame between is left by the same exception.
// CHECK-NEXT: ["hard::refuse(char const*)","std::runtime_error","again"]
// CHECK-NEXT: ["hard::throws_on()","std::runtime_error","again"]
CALL void throws_on() {
  try {
    refuse("again");
  } catch (const std::exception&) {
    ++sink;
    throw;
  }
}

CALL void rethrow() {
  try {
    throws_on();
  } catch (const std::exception&) {
    ++sink;
  }
}

// No std::exception, so no text.
// CHECK-NEXT: ["hard::number()","int",null]
// CHECK-NEXT: ["hard::text()","char const*",null]
CALL void number() { throw 42; }
CALL void text() { throw "just text"; }

CALL void plain_things() {
  try {
    number();
  } catch (int) {
    ++sink;
  }
  try {
    text();
  } catch (const char*) {
    ++sink;
  }
}

// Thrown inside libstdc++.
// CHECK-NEXT: ["hard::element(std::vector<int, std::allocator<int>{{ ?}}> const&)","std::out_of_range","vector::_M_range_check: __n (which is 7) >= this->size() (which is 3)"]
CALL int element(const std::vector<int>& list) { return list.at(7); }

CALL void library() {
  try {
    sink = element({1, 2, 3});
  } catch (const std::out_of_range&) {
    ++sink;
  }
}

// A type of one's own, where std::exception is not the first base.
// CHECK-NEXT: ["hard::broken()","hard::Failure","of our own"]
struct Coded {
  virtual ~Coded() = default;
  int code = 7;
};
struct Failure : Coded, std::runtime_error {
  using std::runtime_error::runtime_error;
};
CALL void broken() { throw Failure("of our own"); }

CALL void own_type() {
  try {
    broken();
  } catch (const Coded&) {
    ++sink;
  }
}

// A destructor that runs while one exception travels throws and catches another; then the first travels on.
// CHECK-NEXT: ["hard::refuse(char const*)","std::runtime_error","outer"]
// CHECK-NEXT: ["hard::refuse(char const*)","std::runtime_error","inner"]
// CHECK-NEXT: ["hard::guarded()","std::runtime_error","outer"]
struct Guard {
  CALL ~Guard() {
    try {
      refuse("inner");
    } catch (const std::exception&) {
      ++sink;
    }
  }
};
CALL void guarded() {
  Guard guard;
  refuse("outer");
}

CALL void nested() {
  try {
    guarded();
  } catch (const std::exception&) {
    ++sink;
  }
}
// CHECK-NOT:  {{.}}
}  // namespace hard

int main() {
  hard::catches();
  hard::rethrow();
  hard::plain_things();
  hard::library();
  hard::own_type();
  hard::nested();
}
