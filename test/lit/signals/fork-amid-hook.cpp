// A handler may fork at any instruction of a hook: parent and child both go on with the hook, each in its own record; no
// child crashes, nothing of the parent's is written twice or missing.
//
// RUN: rm -rf %t && mkdir %t && cd %t && echo '{"version": "1.0", "package_trees": ["steps"], "trace_depth": "unlimited"}' > glimpse-policy.json
// RUN: %gxx -O2 -finstrument-functions -finstrument-functions-exclude-file-list=/usr/include %s -o app
// RUN: %glimpse run -q ./app quiet | FileCheck %s --check-prefix=CHILDREN
// RUN: %{whole} glimpse.jsonl | FileCheck %s --check-prefix=WHOLE
// RUN: jq -rs '(map(select(.function == "steps::before()").pid) | first) as $main | map(select(.stage == "START" and .pid == $main).function) | group_by(.) | map("parent: \(.[0]) \(length)")[]' glimpse.jsonl | FileCheck %s
//
// The same where the handler calls traced functions in both.
// RUN: %glimpse run -q ./app calling | FileCheck %s --check-prefix=CHILDREN
// RUN: jq -rs '(map(select(.function == "steps::before()").pid) | first) as $main | map(select(.stage == "START" and .pid == $main).function) | group_by(.) | map("parent: \(.[0]) \(length)")[]' glimpse.jsonl | FileCheck %s
// RUN: jq -r 'select(.stage == "START" and .function == "steps::in_handler()").pid' glimpse.jsonl | sort | uniq -c | awk '{ print $1 }' | sort | uniq -c | FileCheck %s --check-prefix=HANDLERS
//
// HANDLERS: 90 1{{$}}
// HANDLERS: 1 90{{$}}
// CHILDREN: as many children as forks
// WHOLE:    whole: 91 processes, {{[0-9]+}} calls, 0 exceptions, 0 open, 0 dropped
// CHECK:      parent: steps::after() 1
// CHECK-NEXT: parent: steps::before() 1
// CHECK-NEXT: parent: steps::calls(int) 1
// CHECK:      parent: steps::leaf(int) 2
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inputs/stepping.h"

static volatile int instructions, forks, well_ended, child, calling;

namespace steps {
volatile int sink;
[[gnu::noinline]] void leaf(int n) { sink = sink + n; }
[[gnu::noinline]] void calls(int n) {
  leaf(n);
  leaf(n + 1);
  sink = sink + 1;
}
[[gnu::noinline]] void before() { sink = sink + 2; }
[[gnu::noinline]] void after() { sink = sink + 3; }
[[gnu::noinline]] void in_child() { sink = sink + 4; }
[[gnu::noinline]] void in_handler() { sink = sink + 5; }
}  // namespace steps

UNTRACED static void on_trap(int, siginfo_t*, void* context) {
  if (!stepping::in_library(context)) return;
  instructions = instructions + 1;
  if (instructions % 3 != 0 || forks >= 90) return;
  const pid_t pid = fork();
  if (calling) steps::in_handler();
  if (pid == 0) {
    child = 1;
    static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL] &= ~stepping::kTrapFlag;
    return;
  }
  int status = -1;
  forks = forks + 1;
  if (waitpid(pid, &status, 0) == pid && status == 0) well_ended = well_ended + 1;
  else fprintf(stderr, "child %d at instruction %d: status %#x\n", forks, instructions, status);
}

UNTRACED int main(int count, char** words) {
  calling = count > 1 && strcmp(words[1], "calling") == 0;
  stepping::prepare(on_trap);
  steps::before();
  stepping::begin();
  steps::calls(1);
  stepping::end();
  if (child) {
    steps::in_child();
    _exit(0);
  }
  steps::after();
  printf("%s\n", forks == well_ended && forks > 40 ? "as many children as forks" : "children crashed");
  return 0;
}
