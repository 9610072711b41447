// A ring that overwrites keeps the end of the story: what was taken back is counted, and calls behind the gap know their
// span.
//
// RUN: %gcc -O2 -finstrument-functions -I%include %s -o %t.app
// RUN: env GLIMPSE_OVERFLOW=overwrite GLIMPSE_RING_BYTES=64k %glimpse run -o %t.jsonl -- %t.app
// RUN: jq -cs '[.[] | select(.function == "last" and .stage == "START") | .span_id] == [.[] | select(.message == "the end") | .span_id]' %t.jsonl | FileCheck %s
// CHECK: true
#include <glimpse/program.h>

volatile int sink;
__attribute__((noinline)) void step(void) { ++sink; }
__attribute__((noinline)) void last(void) {
  const glimpse_log_record record = {.message = {"the end", 7}, .ttl_seconds = -1};
  glimpse_program_api->log(&record);
}

int main(void) {
  glimpse_api* api = glimpse_recording_api();
  glimpse_context span;
  api->span_start(&span, (glimpse_text){"long", 4}, GLIMPSE_SPAN_INTERNAL, NULL);
  api->attach_context(&span, NULL);
  const glimpse_log_record record = {.message = {"one of many", 11}, .ttl_seconds = -1};
  for (int i = 0; i < 300000; ++i) {
    step();
    if (i % 10 == 0) api->log(&record);
  }
  last();
  api->span_end(&span);
  return 0;
}
