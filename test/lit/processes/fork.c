// A forked child and its parent are told apart, and nothing is told twice: what the parent did before is
// the parent's alone.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -finstrument-functions %s -o app
// RUN: %glimpse run ./app 2>&1 | FileCheck %s --check-prefix=CLOSING
// CLOSING: glimpse: {{[0-9]+}} records in glimpse.jsonl (3 processes, 0 dropped)
// RUN: %{whole} glimpse.jsonl | FileCheck %s --check-prefix=WHOLE
// WHOLE: whole: 3 processes, 13 calls, 0 exceptions, 2 open, 0 dropped
//
// Who did what:
// RUN: jq -rs '(map(select(.function == "main").pid) | first) as $main | map(select(.stage == "START")) | group_by(.pid) | map((if .[0].pid == $main then "parent" else "child" end) + ": " + (map(.function) | join(" "))) | sort[]' glimpse.jsonl | FileCheck %s
// CHECK:      {{^}}child: child step step step{{$}}
// CHECK-NEXT: {{^}}child: child step step step{{$}}
// CHECK-NEXT: {{^}}parent: main before before after after{{$}}
// CHECK-NOT:  {{.}}
// RUN: jq -rs '(map(select(.function == "main").pid) | first) as $main | map(select(.record_type == "process" and .pid != $main) | .ppid == $main) | tostring' glimpse.jsonl | FileCheck %s --check-prefix=PARENT
// PARENT: [true,true]
//
// With %p each process has a file of its own; the numbering is one over all of them.
// RUN: rm glimpse.jsonl && %glimpse run -q -o by-%%p.jsonl ./app && for file in by-*.jsonl; do jq -r 'select(.stage == "START").function' $file | paste -sd ' '; done | sort | FileCheck %s --check-prefix=APART
// APART:      {{^}}child step step step{{$}}
// APART-NEXT: {{^}}child step step step{{$}}
// APART-NEXT: {{^}}main before before after after{{$}}
// APART-NOT:  {{.}}
// RUN: jq -sc 'sort_by(.entry_id)[]' by-*.jsonl > together && %{whole} together | FileCheck %s --check-prefix=WHOLE
#include <sys/wait.h>
#include <unistd.h>

static void before(void) {}

static void step(void) {}

static void child(void) {
  for (int i = 0; i < 3; ++i) step();
  _exit(0);
}

static void after(void) {}

int main(void) {
  before();
  before();
  for (int i = 0; i < 2; ++i) {
    if (fork() == 0) child();
  }
  while (wait(0) > 0) continue;
  after();
  after();
  return 0;
}
