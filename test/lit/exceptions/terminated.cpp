// Nobody catches, on a thread or under a terminate handler of the program's own: what is open stays open and is named;
// what the handler calls is recorded; and a handler that asks finds the same exception as without glimpse.
//
// RUN: %{trace} %s --arguments thread --status 134 --policy '{"package_trees": ["end"], "trace_depth": 20}'
// RUN: for build in %t.trace/*; do jq -c 'select(.record_type == "summary") | [.signal_name, [.open[].function]]' $build/trace.jsonl; done | FileCheck %s --check-prefix=SUMMARY
// CHECK:      START end::outer()
// CHECK-NEXT:   START end::inner()
// CHECK-NOT:  {{.}}
// SUMMARY-COUNT-6: ["SIGABRT",["end::outer()","end::inner()"]]
//
// RUN: %{trace} %s --arguments handler --status 3 --policy '{"package_trees": ["end"], "trace_depth": 20}' --prefix HANDLER
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// HANDLER:      START end::outer()
// HANDLER-NEXT:   START end::inner()
// HANDLER-NEXT:     START end::handler()
// HANDLER-NEXT:       START end::ask()
// HANDLER-NEXT:         START end::again(std::__exception_ptr::exception_ptr const&)
// HANDLER-NEXT:         EXCEPTION end::again(std::__exception_ptr::exception_ptr const&) std::runtime_error "nobody is there"
// HANDLER-NEXT:       END end::ask()
// HANDLER-NOT:  {{.}}
// WHOLE-COUNT-6: whole: 1 process, 5 calls, 1 exception, 3 open, 0 dropped
//
// A second exception out of a destructor that the first one runs: std::terminate, with what was left before it told.
// RUN: %{trace} %s --arguments unwinding --status 134 --policy '{"package_trees": ["end"], "trace_depth": 20}' --prefix SECOND
// SECOND:      START end::second()
// SECOND-NEXT:   START end::inner()
// SECOND-NEXT:   EXCEPTION end::inner() std::runtime_error "nobody is there"
// SECOND:        START end::Throws::~Throws()
// SECOND:          START end::inner()
// SECOND:          EXCEPTION end::inner() std::runtime_error "nobody is there"
// SECOND-NOT:  {{^}}EXCEPTION end::second()
#include <cstdlib>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <thread>

#define CALL [[gnu::noinline]]

namespace end {
volatile int sink;

CALL void inner() {
  throw std::runtime_error("nobody is there");
}

CALL void outer() {
  inner();
  ++sink;
}

CALL void again(const std::exception_ptr& exception) { std::rethrow_exception(exception); }

CALL bool ask() {
  try {
    again(std::current_exception());
  } catch (const std::runtime_error& error) {
    return std::strcmp(error.what(), "nobody is there") == 0;
  }
  return false;
}

[[noreturn]] CALL void handler() { std::_Exit(ask() ? 3 : 4); }

struct Throws {
  CALL ~Throws() { inner(); }
};
CALL void second() {
  Throws throws;
  inner();
}
}  // namespace end

int main(int, char** arguments) {
  if (std::strcmp(arguments[1], "thread") == 0) std::thread(end::outer).join();
  if (std::strcmp(arguments[1], "unwinding") == 0) {
    try {
      end::second();
    } catch (...) {
      return 5;
    }
  }
  std::set_terminate(end::handler);
  end::outer();
}
