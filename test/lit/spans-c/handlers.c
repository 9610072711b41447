// A signal handler may say all of it, whatever it interrupted: nothing is torn, and each span that began has ended.
//
// RUN: %gcc -O2 -finstrument-functions -I%include %s -o %t.app && GLIMPSE_RING_BYTES=64k %glimpse run -o %t.jsonl -- %t.app
// RUN: jq -cs 'map(select(.record_type == "span")) | [(map(select(.name == "main")) | length), (map(select(.name == "handler")) | length > 100), (map(select(.open)) | length)]' %t.jsonl | FileCheck %s
// RUN: jq -cs 'map(select(.record_type == "log" and .message != "from the handler")) | length' %t.jsonl | FileCheck %s --check-prefix=LOGS
// RUN: jq -cs 'map(select(.record_type == "span" and .name == "handler" and .attributes.a != "b")) | length' %t.jsonl | FileCheck %s --check-prefix=ATTRIBUTES
// RUN: jq -cs '[(map(select(.stage == "START").call_id) == (map(select(.stage == "END").call_id) | sort)), (.[-1] | .open_calls, .dropped)]' %t.jsonl | FileCheck %s --check-prefix=WHOLE
//
// CHECK: [20000,true,0]
// LOGS: {{^}}0{{$}}
// ATTRIBUTES: {{^}}0{{$}}
// WHOLE: [true,0,{}]
#include <glimpse/program.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

volatile int handled;
volatile int sink;

__attribute__((noinline)) void step(void) { ++sink; }

void handler(int number) {
  glimpse_api* api = glimpse_program_api;
  const glimpse_field field = {{"a", 1}, GLIMPSE_VALUE_TEXT, 0, {.text = {"b", 1}}};
  const glimpse_log_record record = {.message = {"from the handler", 16}, .ttl_seconds = -1, .with_stack = handled % 16 == 0};
  glimpse_context span, before;
  glimpse_block block;
  api->span_start(&span, (glimpse_text){"handler", 7}, GLIMPSE_SPAN_INTERNAL, NULL);
  api->attach_context(&span, &before);
  api->span_set(&span, &field, 1);
  api->block_begin(&block, (glimpse_text){"block", 5}, (glimpse_text){0, 0}, (glimpse_text){0, 0}, 0);
  step();
  api->log(&record);
  api->block_end(&block, 0);
  api->attach_context(&before, NULL);
  api->span_end(&span);
  handled += number == SIGALRM;
}

int main(void) {
  glimpse_api* api = glimpse_recording_api();
  signal(SIGALRM, handler);
  const struct itimerval often = {{0, 100}, {0, 100}}, never = {{0, 0}, {0, 0}};
  setitimer(ITIMER_REAL, &often, NULL);
  for (int i = 0; i < 20000 || handled < 200; ++i) {
    glimpse_context span, before;
    if (i >= 20000) {
      step();
      continue;
    }
    api->span_start(&span, (glimpse_text){"main", 4}, GLIMPSE_SPAN_INTERNAL, NULL);
    api->attach_context(&span, &before);
    step();
    api->attach_context(&before, NULL);
    api->span_end(&span);
  }
  setitimer(ITIMER_REAL, &never, NULL);
  return 0;
}
