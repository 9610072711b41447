// A tree of a hundred processes: each is complete, in one file or in a file of its own, and parents are who they were.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -O2 -finstrument-functions %s -o app
// RUN: %glimpse run -q -o one.jsonl -- ./app && %{whole} one.jsonl | FileCheck %s --check-prefix=WHOLE
// RUN: jq -rs 'map(select(.record_type == "process")) | (map({key: (.pid|tostring), value: .ppid}) | from_entries) as $parent | (map(.pid) | map(select($parent[$parent[$parent[tostring]|tostring]|tostring] != null)) | length)' one.jsonl | FileCheck %s --check-prefix=GRANDCHILDREN
// GRANDCHILDREN: {{^90$}}
//
// RUN: %glimpse run -q -o by-%%p.jsonl -- ./app && ls by-*.jsonl | wc -l | FileCheck %s --check-prefix=FILES
// FILES: {{^100$}}
// RUN: jq -sc 'sort_by(.entry_id)[]' by-*.jsonl > together && %{whole} together | FileCheck %s --check-prefix=WHOLE
//
// RUN: %clang19 -O2 -finstrument-functions-after-inlining %s -o linked -L%build/lib -Wl,-rpath,%build/lib -lglimpse
// RUN: env GLIMPSE_LOG_PATH=linked.jsonl ./linked && %{whole} linked.jsonl | FileCheck %s --check-prefix=WHOLE
//
// WHOLE: whole: 100 processes, 381 calls, 0 exceptions, 99 open, 0 dropped
#include <sys/wait.h>
#include <unistd.h>

#define KEPT __attribute__((noinline))
static volatile int sink;

KEPT static void work(void) { sink = sink + 1; }

// 90 of them.
KEPT static void fruit(void) {
  for (int i = 0; i < 3; ++i) work();
  _exit(0);
}

// 9 of them.
KEPT static void branch(void) {
  for (int i = 0; i < 10; ++i) {
    if (fork() == 0) fruit();
  }
  while (wait(0) > 0) continue;
  work();
  _exit(0);
}

KEPT static void trunk(void) {
  for (int i = 0; i < 9; ++i) {
    if (fork() == 0) branch();
  }
  while (wait(0) > 0) continue;
  work();
}

int main(void) {
  trunk();
  return 0;
}
