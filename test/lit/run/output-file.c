// The output file starts anew with each run, unless --append asks to keep it; only its owner can read it.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -finstrument-functions %s -o app
// RUN: umask 0 && %glimpse run -q ./app && %glimpse run -q ./app && stat -c %%a glimpse.jsonl | FileCheck %s --check-prefix=MODE
// MODE: {{^}}600{{$}}
// RUN: jq -r .record_type glimpse.jsonl | FileCheck %s --check-prefix=ANEW
// ANEW: process
// ANEW: summary
// ANEW-NOT: {{.}}
//
// RUN: cp glimpse.jsonl before && %glimpse run -q --append ./app && head -n 5 glimpse.jsonl | cmp - before
// RUN: jq -r .record_type glimpse.jsonl | FileCheck %s --check-prefix=TWICE
// TWICE: process
// TWICE: summary
// TWICE: process
// TWICE: summary
// TWICE-NOT: {{.}}
//
// A file that cannot be opened is told, and nothing is started:
// RUN: %glimpse run -o nowhere/trace.jsonl ./app 2> /dev/null; echo "status $?" > status
// RUN: not %glimpse run -o nowhere/trace.jsonl ./app 2>&1 | FileCheck %s --check-prefix=NOWHERE
// RUN: FileCheck %s --check-prefix=STATUS --input-file=status
// NOWHERE: {{^}}glimpse: nowhere/trace.jsonl: cannot open for writing: No such file or directory; choose another file with -o or GLIMPSE_LOG_PATH{{$}}
// NOWHERE-NOT: {{.}}
// STATUS: status 2
#include <stdio.h>

int main(void) { return 0; }
