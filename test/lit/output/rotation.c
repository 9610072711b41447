// Files of a bounded size, as many as are asked for, compressed or not: together they are the trace.
//
// RUN: rm -rf %t && mkdir -p %t/spool && cd %t && %gcc -finstrument-functions %s -o app && %gcc -finstrument-functions %s -o linked %libglimpse -Wl,-rpath,$(dirname %libglimpse)
// RUN: export GLIMPSE_SPOOL_DIR=%t/spool GLIMPSE_MAX_FILE_BYTES=200k; for how in none gzip zstd; do for app in "%glimpse run -q -o $how.jsonl ./app" "env GLIMPSE_LOG_PATH=$how-linked.jsonl ./linked"; do GLIMPSE_COMPRESS=$how $app || exit 1; done; done
// RUN: for file in none gzip zstd none-linked; do echo $file; ls $file.jsonl* | sed 's/.*jsonl/jsonl/' | sort -V | tr '\n' ' '; %python %S/inputs/in_order.py $file.jsonl > whole.jsonl && %{whole} whole.jsonl && find . -name "$file.jsonl*" -size +200k; done > result
// RUN: FileCheck %s --input-file=result
// CHECK:      {{^}}none
// CHECK-NEXT: jsonl jsonl.1 jsonl.2 {{.*}}jsonl.{{[89]}}
// CHECK-SAME: whole: 1 process, 4001 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: {{^}}gzip
// CHECK-NEXT: jsonl jsonl.1.gz jsonl.2.gz {{.*}}jsonl.{{[89]}}.gz
// CHECK-SAME: whole: 1 process, 4001 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: {{^}}zstd
// CHECK-NEXT: jsonl jsonl.1.zst jsonl.2.zst {{.*}}jsonl.{{[89]}}.zst
// CHECK-SAME: whole: 1 process, 4001 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: {{^}}none-linked
// CHECK-NEXT: jsonl jsonl.1 jsonl.2 {{.*}}jsonl.{{[89]}}
// CHECK-SAME: whole: 1 process, 4001 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NOT:  {{.}}
//
// Without --append what was there is moved aside; the oldest go beyond GLIMPSE_MAX_FILES.
// RUN: env GLIMPSE_MAX_FILE_BYTES=1g GLIMPSE_MAX_FILES=2 %glimpse run -q -o none.jsonl ./app && %{whole} none.jsonl && ls none.jsonl* | tr '\n' ' ' | FileCheck %s --check-prefix=KEPT
// KEPT: {{^}}none.jsonl none.jsonl.1 none.jsonl.2 {{$}}
//
// Recordings: each file can be read by itself, all of them are the trace.
// RUN: for how in none gzip zstd; do env GLIMPSE_MAX_FILE_BYTES=1k GLIMPSE_COMPRESS=$how GLIMPSE_FLUSH_INTERVAL_MS=1 %glimpse run -q --format glimpse -o $how.glimpse ./app && ls $how.glimpse.2* && %python %S/inputs/in_order.py $how.glimpse %glimpse cat > whole.jsonl && %{whole} whole.jsonl && %glimpse cat $(ls -rv $how.glimpse*) | cmp - whole.jsonl || exit 1; done > result
// RUN: FileCheck %s --check-prefix=RECORDING --input-file=result
// RECORDING:      {{^}}none.glimpse.2{{$}}
// RECORDING-NEXT: whole: 1 process, 4001 calls, 0 exceptions, 0 open, 0 dropped
// RECORDING-NEXT: {{^}}gzip.glimpse.2.gz{{$}}
// RECORDING-NEXT: whole: 1 process, 4001 calls, 0 exceptions, 0 open, 0 dropped
// RECORDING-NEXT: {{^}}zstd.glimpse.2.zst{{$}}
// RECORDING-NEXT: whole: 1 process, 4001 calls, 0 exceptions, 0 open, 0 dropped
#include <time.h>

static int step(int n) { return n + 1; }

int main(void) {
  const struct timespec moment = {0, 3000000};
  for (int n = 0; n < 4000;) {
    n = step(n);
    if (n % 400 == 0) nanosleep(&moment, 0);
  }
  return 0;
}
