// pthread_exit unwinds the thread's frames: each of them says EXCEPTION, without type, for nothing was thrown.
//
// RUN: %{trace} %s --policy '{"package_trees": ["leave"], "trace_depth": 20}' --jq 'select(.record_type == "log_entry") | [.stage, .function, .depth, .exception_type]'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
//
// CHECK:      ["START","leave::thread(void*)",0,null]
// CHECK-NEXT: ["START","leave::leaves()",1,null]
// CHECK-NEXT: ["EXCEPTION","leave::leaves()",1,null]
// CHECK-NEXT: ["EXCEPTION","leave::thread(void*)",0,null]
// CHECK-NEXT: ["START","leave::after()",0,null]
// CHECK-NEXT: ["END","leave::after()",0,null]
// CHECK-NOT:  {{.}}
// WHOLE-COUNT-6: whole: 1 process, 3 calls, 2 exceptions, 0 open, 0 dropped
#include <pthread.h>

namespace leave {
volatile int sink;

[[gnu::noinline]] void after() { sink = sink + 1; }

[[gnu::noinline]] void leaves() { pthread_exit(nullptr); }

[[gnu::noinline]] void* thread(void*) {
  leaves();
  sink = sink + 1;
  return nullptr;
}
}  // namespace leave

int main() {
  pthread_t id;
  pthread_create(&id, nullptr, leave::thread, nullptr);
  pthread_join(id, nullptr);
  leave::after();
}
