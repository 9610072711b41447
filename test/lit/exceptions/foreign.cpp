// What is no C++ exception unwinds all the same: another language's, forced unwinding by hand, a thread's cancellation.
//
// RUN: %{trace} %s --policy '{"package_trees": ["alien"], "trace_depth": 20}'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// WHOLE-COUNT-6: whole: 1 process, {{[0-9]+}} calls, {{[0-9]+}} exceptions, 0 open, 0 dropped
#include <pthread.h>
#include <unistd.h>
#include <unwind.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#define CALL [[gnu::noinline]]

namespace alien {
volatile int sink;

struct Witness {
  CALL ~Witness() { ++sink; }
};

_Unwind_Exception visitor;
[[gnu::no_instrument_function]] void forget(_Unwind_Reason_Code, _Unwind_Exception*) { ++sink; }

CALL void raises() {
  std::memcpy(&visitor.exception_class, "GLMPTEST", 8);
  visitor.exception_cleanup = forget;
  _Unwind_RaiseException(&visitor);
  ++sink;
}

CALL void passes() {
  Witness witness;
  raises();
}

CALL void catches() {
  try {
    passes();
  } catch (...) {
    ++sink;
  }
}
// CHECK:      START alien::catches()
// CHECK-NEXT:   START alien::passes()
// CHECK-NEXT:     START alien::raises()
// CHECK-NEXT:     EXCEPTION alien::raises() ?
// CHECK-NEXT:     START alien::Witness::~Witness()
// CHECK:          END alien::Witness::~Witness()
// CHECK-NEXT:   EXCEPTION alien::passes() ?
// CHECK-NEXT: END alien::catches()

// Cancelled where it waits; a handler on the way catches everything and throws on, as it must.
int told[2];
CALL void waits() {
  char byte = 0;
  while (read(told[0], &byte, 1) >= 0) ++sink;
}
CALL void between() {
  Witness witness;
  try {
    waits();
  } catch (...) {
    ++sink;
    throw;
  }
}
CALL void* thread(void*) {
  between();
  return nullptr;
}
// CHECK:      START alien::thread(void*)
// CHECK-NEXT:   START alien::between()
// CHECK-NEXT:     START alien::waits()
// CHECK-NEXT:     EXCEPTION alien::waits() ?
// CHECK-NEXT:     START alien::Witness::~Witness()
// CHECK:          END alien::Witness::~Witness()
// CHECK-NEXT:   EXCEPTION alien::between() ?
// CHECK-NEXT: EXCEPTION alien::thread(void*) ?
// CHECK-NOT: {{.}}
}  // namespace alien

int main() {
  alien::catches();
  if (pipe(alien::told) != 0) return 1;
  pthread_t id;
  pthread_create(&id, nullptr, alien::thread, nullptr);
  pthread_cancel(id);
  void* result = nullptr;
  pthread_join(id, &result);
  return result == PTHREAD_CANCELED ? 0 : 2;
}
