// Whoever renames the output file while it is written finds a new one in its place, and no line is lost: by hand, with SIGHUP, by logrotate.
//
// RUN: rm -rf %t && mkdir -p %t/spool && cd %t && chmod 700 . && %gcc -finstrument-functions %s -o app && %gcc -finstrument-functions %s -o linked %libglimpse -Wl,-rpath,$(dirname %libglimpse)
// RUN: env GLIMPSE_SPOOL_DIR=%t/spool %python %S/inputs/renames.py %glimpse > result
// RUN: FileCheck %s --input-file=result
// CHECK:      {{^}}run: 3 files, whole: 1 process, 601 calls, 0 open, 0 dropped
// CHECK-NEXT: {{^}}linked: 3 files, whole: 1 process, 601 calls, 0 open, 0 dropped
// CHECK-NEXT: {{^}}SIGHUP: 3 files, whole: 1 process, 601 calls, 0 open, 0 dropped
// CHECK-NEXT: {{^}}SIGHUP made 2 new files while nothing was recorded
// CHECK-NEXT: {{^}}logrotate: {{3 files, whole: 1 process, 601 calls, 0 open, 0 dropped|not installed}}
#include <stdio.h>

static int step(int n) { return n + 1; }

// 200 calls for each line of input.
int main(void) {
  for (int c = 0; (c = getchar()) != EOF;) {
    for (int n = 0; n < 200;) n = step(n);
  }
  return 0;
}
