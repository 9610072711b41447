// gcc's -fnon-call-exceptions: a signal handler throws, and the instruction that faulted, its function and its callers
// are left by that exception; in a static constructor too, before main.
//
// REQUIRES: gcc
// RUN: %{trace} %s --only gcc --flags '-fnon-call-exceptions -fasynchronous-unwind-tables' --policy '{"package_trees": ["fault"], "trace_depth": 20}'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// WHOLE-COUNT-2: whole: 1 process, {{[0-9]+}} calls, 5 exceptions, 0 open, 0 dropped
//
// CHECK:      START fault::Early::Early()
// CHECK:        START fault::reads(int*)
// CHECK-NEXT:     START fault::handler(int)
// CHECK-NEXT:     EXCEPTION fault::handler(int) std::runtime_error "bad address"
// CHECK-NEXT:   EXCEPTION fault::reads(int*) std::runtime_error "bad address"
// CHECK:      END fault::Early::Early()
// CHECK-NEXT: START fault::survives()
// CHECK-NEXT:   START fault::between()
// CHECK-NEXT:     START fault::reads(int*)
// CHECK-NEXT:       START fault::handler(int)
// CHECK-NEXT:       EXCEPTION fault::handler(int) std::runtime_error "bad address"
// CHECK-NEXT:     EXCEPTION fault::reads(int*) std::runtime_error "bad address"
// CHECK-NEXT:     START fault::Witness::~Witness()
// CHECK-NEXT:     END fault::Witness::~Witness()
// CHECK-NEXT:   EXCEPTION fault::between() std::runtime_error "bad address"
// CHECK-NEXT: END fault::survives()
// CHECK-NOT:  {{.}}
#include <signal.h>

#include <stdexcept>

#define CALL [[gnu::noinline]]

namespace fault {
volatile int sink;

CALL void handler(int) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGSEGV);
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
  throw std::runtime_error("bad address");
}

CALL void reads(int* where) { sink = *static_cast<volatile int*>(where); }

struct Witness {
  CALL ~Witness() { sink = 1; }
};

CALL void between() {
  Witness witness;
  reads(nullptr);
  ++sink;
}

CALL void survives() {
  try {
    between();
  } catch (const std::exception&) {
    ++sink;
  }
}

struct Early {
  CALL Early() {
    signal(SIGSEGV, handler);
    try {
      reads(nullptr);
    } catch (const std::exception&) {
      ++sink;
    }
  }
} early;
}  // namespace fault

int main() { fault::survives(); }
