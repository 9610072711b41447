// A world without any folder that may be written: not HOME, TMPDIR, the working directory, /tmp or /dev/shm. A linked program
// says so in one line, is not recorded, and does what it does; `glimpse run` says which folder it cannot write and starts nothing.
//
// REQUIRES: other-user, mount-namespaces
// RUN: rm -rf %t && mkdir -p %t/world && cd %t/world && chmod 755 .. . && %gcc -O1 -finstrument-functions %s -o app && %gcc -O1 -finstrument-functions %s -o linked %libglimpse -Wl,-rpath,$(dirname %libglimpse)
// RUN: unshare -m sh -ec 'for place in /tmp /var/tmp /dev/shm /run; do mount --bind $place $place; mount -o remount,bind,ro $place; done; %as-nobody env HOME=/nonexistent TMPDIR=$PWD sh -c "for how in ./app ./linked \"%glimpse run -- ./app\"; do \$how; echo status \$?; done"' > told.txt 2>&1
// RUN: FileCheck %s < told.txt && ls | FileCheck %s --check-prefix=FILES
//
// CHECK:      {{^}}1000
// CHECK-NEXT: status 5
// CHECK-NEXT: glimpse: no folder for rings: neither /dev/shm, $TMPDIR nor /tmp can be written; this program is not recorded
// CHECK-NEXT: 1000
// CHECK-NEXT: status 5
// CHECK-NEXT: glimpse: cannot create a folder for rings in /tmp: Read-only file system
// CHECK-NEXT: status 2
// CHECK-NOT:  {{.}}
//
// FILES:      app
// FILES-NEXT: linked
// FILES-NEXT: told.txt
// FILES-NOT:  {{.}}
#include <stdio.h>

__attribute__((noinline)) static int step(int n) { return n + 1; }

int main(void) {
  int sum = 0;
  for (int i = 0; i < 1000; ++i) sum = step(sum);
  printf("%d\n", sum);
  fflush(stdout);
  return step(4);
}
