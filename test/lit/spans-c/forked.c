// A forked child is recorded from the first thing it says, under its parent's span, with ids of its own.
//
// RUN: %gcc -O2 -I%include %s -o %t.app && %glimpse run -o %t.jsonl -- %t.app
// RUN: jq -cs 'map(select(.record_type == "span")) | [length, (map(.span_id) | unique | length), (map(.trace_id) | unique | length), (map(.pid) | unique | length)]' %t.jsonl | FileCheck %s
// RUN: jq -cs 'map(select(.record_type == "span")) | ([.[] | select(.name == "parent")][0].span_id) as $parent | map(select(.name == "child" and .parent_span_id == $parent)) | length' %t.jsonl | FileCheck %s --check-prefix=CHILDREN
//
// CHECK: [201,201,1,3]
// CHILDREN: 200
#include <glimpse/program.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
  glimpse_api* api = glimpse_recording_api();
  glimpse_context parent;
  api->span_start(&parent, (glimpse_text){"parent", 6}, GLIMPSE_SPAN_INTERNAL, NULL);
  api->attach_context(&parent, NULL);
  for (int child = 0; child < 2; ++child) {
    if (fork() == 0) {
      for (int i = 0; i < 100; ++i) {
        glimpse_context span;
        api->span_start(&span, (glimpse_text){"child", 5}, GLIMPSE_SPAN_INTERNAL, NULL);
        api->span_end(&span);
      }
      _exit(0);
    }
  }
  while (wait(NULL) > 0) {
  }
  api->span_end(&parent);
  return 0;
}
