// The program finds the environment it would have had, but for the two variables that carry glimpse into it; with
// GLIMPSE_ENABLED=0 it finds just that, and nothing is recorded.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -finstrument-functions %s -o app
// RUN: env -i PATH=/usr/bin:/bin A= 'B=two words' GLIMPSE_LEVEL=DEBUG ./app > plain
// RUN: env -i PATH=/usr/bin:/bin A= 'B=two words' GLIMPSE_LEVEL=DEBUG %glimpse run -q ./app > traced
// RUN: (diff plain traced || true) | sort | FileCheck %s
// CHECK-NOT:  {{^[<>]}}
// CHECK:      > GLIMPSE_SESSION=/
// CHECK-NEXT: > LD_PRELOAD={{.*}}/libglimpse.so{{$}}
// CHECK-NOT:  {{^[<>]}}
//
// Somebody's own preload stays, behind ours:
// RUN: env -i PATH=/usr/bin:/bin LD_PRELOAD=libdl.so.2 %glimpse run -q ./app | FileCheck %s --check-prefix=PRELOAD
// PRELOAD: {{^}}LD_PRELOAD={{.*}}/libglimpse.so:libdl.so.2{{$}}
//
// RUN: rm glimpse.jsonl && env -i PATH=/usr/bin:/bin GLIMPSE_ENABLED=0 ./app > plain
// RUN: env -i PATH=/usr/bin:/bin GLIMPSE_ENABLED=0 %glimpse run ./app > traced && cmp plain traced
// RUN: not ls glimpse.jsonl
// RUN: env GLIMPSE_ENABLED=0 %glimpse run ./app 4; echo "status $?" > status && FileCheck %s --check-prefix=OFF --input-file=status
// OFF: status 4
#include <stdio.h>

extern char** environ;

int main(int count, char** words) {
  if (count > 1) return words[1][0] - '0';
  for (char** entry = environ; *entry; ++entry) puts(*entry);
  return 0;
}
