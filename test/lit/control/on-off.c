// A program switches its own recording off and on: what begins meanwhile is not recorded, what is open ends in the trace.
//
// RUN: %{trace} %s --flags '-fPIE -pie' --ways run,so,a
//
// CHECK:      START main
// CHECK-NEXT:   START pause_recording
// CHECK-NEXT:   END pause_recording
// CHECK-NEXT:   START audible
// CHECK-NEXT:     START step
// CHECK-NEXT:     END step
// CHECK-NEXT:   END audible
// CHECK-NEXT: END main
// CHECK-NOT: silent
#include <glimpse/api.h>
#include <stdlib.h>

extern glimpse_api glimpse_api_v1 __attribute__((weak));

__attribute__((noinline)) static void step(void) { __asm__ volatile(""); }
__attribute__((noinline)) static void silent(void) { step(); }
__attribute__((noinline)) static void audible(void) { step(); }

// Its own call is open when recording stops, and others when it starts.
__attribute__((noinline)) static void pause_recording(void) {
  if (!glimpse_api_v1.stop().ok || glimpse_api_v1.recording != 0) abort();
  silent();
}

__attribute__((noinline)) static void silent_to_its_end(void) {
  silent();
  if (!glimpse_api_v1.start().ok) abort();
}

int main(void) {
  if (&glimpse_api_v1 == NULL || glimpse_api_v1.start == NULL) abort();
  pause_recording();
  for (int i = 0; i < 100; ++i) silent();
  silent_to_its_end();
  audible();
  return 0;
}
