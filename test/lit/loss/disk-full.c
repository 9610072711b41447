// The disk is full: one line says so, and the program neither waits nor fails.
//
// RUN: rm -rf %t && mkdir -p %t/spool && cd %t && %gcc -finstrument-functions %s -o app %libglimpse -Wl,-rpath,$(dirname %libglimpse)
// RUN: export GLIMPSE_SPOOL_DIR=%t/spool; (%glimpse run -o /dev/full ./app; echo "status $?") > said 2>&1
// RUN: FileCheck %s --input-file=said
// CHECK-DAG: {{^}}the program's own words{{$}}
// CHECK-DAG: {{^}}status 3{{$}}
// CHECK-DAG: {{^}}glimpse: {{/dev/full|standard output}}: {{.*}}No space left on device{{.*}}`glimpse recover --session
//
// RUN: export GLIMPSE_SPOOL_DIR=%t/spool; (%glimpse run -o - -- ./app > /dev/full; echo "status $?" > status) 2> said
// RUN: cat said status | FileCheck %s
//
// RUN: export GLIMPSE_SPOOL_DIR=%t/spool; (env GLIMPSE_LOG_PATH=/dev/full ./app; echo "status $?") > said 2>&1
// RUN: FileCheck %s --input-file=said
#include <stdio.h>

static int step(int n) { return n + 1; }

int main(void) {
  for (int n = 0; n < 20000;) n = step(n);
  puts("the program's own words");
  return 3;
}
