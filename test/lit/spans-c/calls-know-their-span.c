// Calls that begin while a span is active carry its ids, on whichever thread; a thread that attached nothing works for
// the span of TRACEPARENT.
//
// RUN: %{trace} %s --levels=-O2 --env TRACEPARENT=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 --env TRACESTATE=vendor=1 --jq 'select(.stage == "START") | [.function, .trace_id, .span_id]'
// RUN: %{trace} %s --levels=-O2 --prefix SPAN --env TRACEPARENT=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 --env TRACESTATE=vendor=1 --jq 'select(.record_type == "span") | [.name, .trace_id, .parent_span_id, .remote_parent, .tracestate]'
// RUN: %{trace} %s --levels=-O2 --prefix NONE --env TRACEPARENT=00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 --jq 'select(.stage == "START") | [.function, .trace_id == null]'
//
// CHECK:      ["main","0af7651916cd43dd8448eb211c80319c","b7ad6b7169203331"]
// CHECK-NEXT: ["outside","0af7651916cd43dd8448eb211c80319c","b7ad6b7169203331"]
// CHECK-NEXT: ["inside","0af7651916cd43dd8448eb211c80319c","[[ID:[0-9a-f]+]]"]
// CHECK-NEXT: ["thread_without","0af7651916cd43dd8448eb211c80319c","b7ad6b7169203331"]
// CHECK-NEXT: ["thread_with","0af7651916cd43dd8448eb211c80319c","b7ad6b7169203331"]
// CHECK-NEXT: ["inside","0af7651916cd43dd8448eb211c80319c","[[ID]]"]
// CHECK-NEXT: ["outside","0af7651916cd43dd8448eb211c80319c","b7ad6b7169203331"]
//
// SPAN: ["request","0af7651916cd43dd8448eb211c80319c","b7ad6b7169203331",true,"vendor=1"]
//
// NONE:      ["main",true]
// NONE-NEXT: ["outside",true]
// NONE-NEXT: ["inside",false]
// NONE-NEXT: ["thread_without",true]
// NONE-NEXT: ["thread_with",true]
// NONE-NEXT: ["inside",false]
// NONE-NEXT: ["outside",true]
#include <glimpse/program.h>
#include <pthread.h>

#define CALL __attribute__((noinline))
volatile int sink;

CALL void outside(void) { ++sink; }
CALL void inside(void) { ++sink; }
CALL void* thread_without(void* nothing) {
  ++sink;
  return nothing;
}
CALL void* thread_with(void* span) {
  glimpse_program_api->attach_context(span, NULL);
  inside();
  return NULL;
}

int main(void) {
  glimpse_api* api = glimpse_recording_api();
  glimpse_context span, before;
  outside();
  api->span_start(&span, (glimpse_text){"request", 7}, GLIMPSE_SPAN_SERVER, NULL);
  api->attach_context(&span, &before);
  inside();
  pthread_t thread;
  pthread_create(&thread, NULL, thread_without, NULL);
  pthread_join(thread, NULL);
  pthread_create(&thread, NULL, thread_with, &span);
  pthread_join(thread, NULL);
  api->attach_context(&before, NULL);
  outside();
  api->span_end(&span);
  return 0;
}
