// A set-user-ID program: the loader ignores LD_PRELOAD there, so `glimpse run` says in one line why nothing is recorded. Linked
// with the library it takes no orders from its user's environment: it writes no file in root's name. Neither is harmed.
//
// REQUIRES: other-user
// RUN: rm -rf %t && mkdir -p %t/place && cd %t && chmod 755 . && chown 65534 place
// RUN: %gcc -O1 -finstrument-functions %s -o app && %gcc -O1 -finstrument-functions %s -o linked %libglimpse -Wl,-rpath,$(dirname %libglimpse) && chmod 4755 app linked
// RUN: cd %t/place && %as-nobody sh -c '../app; echo "status $?"' > plain.txt 2>&1
// RUN: cd %t/place && %as-nobody sh -c '%glimpse run -- ../app; echo "status $?"' > run.txt 2>&1
// RUN: cd %t/place && %as-nobody env GLIMPSE_LOG_PATH=asked-for.jsonl sh -c '../linked; echo "status $?"' > linked.txt 2>&1
// RUN: cd %t && cat place/plain.txt place/run.txt place/linked.txt | FileCheck %s && ls place | FileCheck %s --check-prefix=FILES
//
// CHECK:      user 65534, effective 0
// CHECK-NEXT: status 5
// CHECK-NEXT: user 65534, effective 0
// CHECK-NEXT: glimpse: nothing was recorded: ../app runs with more rights than its user has, so the loader ignores LD_PRELOAD: run a copy without set-user-ID bit and file capabilities
// CHECK-NEXT: glimpse: 0 records in glimpse.jsonl (0 processes, 0 dropped)
// CHECK-NEXT: status 5
// CHECK-NEXT: user 65534, effective 0
// CHECK-NEXT: status 5
// CHECK-NOT:  {{.}}
//
// FILES:      glimpse.jsonl
// FILES-NEXT: linked.txt
// FILES-NEXT: plain.txt
// FILES-NEXT: run.txt
// FILES-NOT:  {{.}}
#include <stdio.h>
#include <unistd.h>

__attribute__((noinline)) static int step(int n) { return n + 1; }

int main(void) {
  printf("user %d, effective %d\n", (int)getuid(), (int)geteuid());
  return step(4);
}
