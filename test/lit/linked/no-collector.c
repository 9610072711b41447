// Where the collector cannot be started, or cannot open its output, one line says so, the program is unharmed, and
// `glimpse recover` makes the records of what was kept.
//
// RUN: rm -rf %t && mkdir -p %t/lib %t/spool && cd %t && cp %libglimpse lib/libglimpse.so.0
// RUN: %gcc -finstrument-functions %s -o app lib/libglimpse.so.0 -Wl,-rpath,%t/lib
//
// RUN: env PATH=/usr/bin:/bin GLIMPSE_SPOOL_DIR=%t/spool ./app > out 2> err; echo "status $?" >> out
// RUN: FileCheck %s --input-file=out && FileCheck %s --input-file=err --check-prefix=MISSING
// CHECK:      the program's own words
// CHECK-NEXT: status 4
// MISSING:     {{^}}glimpse: cannot start glimpse (error 2); events are kept in [[FOLDER:.*/spool/glimpse-.*]] for `glimpse recover`{{$}}
// MISSING-NOT: {{.}}
// RUN: not ls glimpse.jsonl
//
// RUN: env GLIMPSE_SPOOL_DIR=%t/spool %glimpse recover -o rescued.jsonl 2>&1 | FileCheck %s --check-prefix=RECOVER
// RECOVER: {{^}}glimpse: {{.*}}/spool/glimpse-{{.*}}: 205 records of 1 process written to rescued.jsonl
// RUN: %{whole} rescued.jsonl | FileCheck %s --check-prefix=WHOLE
// WHOLE: whole: 1 process, 101 calls, 0 exceptions, 0 open, 0 dropped
// RUN: env GLIMPSE_SPOOL_DIR=%t/spool %glimpse recover 2>&1 | FileCheck %s --check-prefix=NOTHING
// NOTHING: glimpse: nothing to recover
//
// The output cannot be opened, neither then nor by the first attempt to recover; nothing is lost all the same:
// RUN: env PATH="$(dirname %glimpse):$PATH" GLIMPSE_SPOOL_DIR=%t/spool GLIMPSE_LOG_PATH=nowhere/x.jsonl ./app > out 2> err; echo "status $?" >> out
// RUN: FileCheck %s --input-file=out && FileCheck %s --input-file=err --check-prefix=NOWHERE
// NOWHERE:     {{^}}glimpse: nowhere/x.jsonl: cannot open for writing: No such file or directory; choose another file with -o or GLIMPSE_LOG_PATH (`glimpse recover --session {{.*}}/spool/glimpse-{{.*}}` tries again){{$}}
// NOWHERE-NOT: {{.}}
// RUN: not env GLIMPSE_SPOOL_DIR=%t/spool %glimpse recover -o nowhere/y.jsonl 2>&1 | FileCheck %s --check-prefix=STILL
// STILL: glimpse: {{.*}}/spool/glimpse-{{.*}}: not recovered: nowhere/y.jsonl: cannot open for writing
// RUN: env GLIMPSE_SPOOL_DIR=%t/spool %glimpse recover -o again.jsonl && %{whole} again.jsonl | FileCheck %s --check-prefix=WHOLE
#include <stdio.h>

static int step(int n) { return n + 1; }

int main(void) {
  int n = 0;
  while (n < 100) n = step(n);
  puts("the program's own words");
  return 4;
}
