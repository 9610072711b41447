// The exit status is the program's, whatever it is; where a signal kills the program, the shell sees that signal.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -finstrument-functions %s -o app
// RUN: for status in 0 1 2 77 126 127 255; do %glimpse run -q ./app exit $status; echo "exit $status: $?"; done > said
// RUN: for signal in 9 11 15 6; do sh -c '%glimpse run -q ./app signal '$signal'; echo "signal '$signal': $?"'; done >> said 2> /dev/null
// RUN: FileCheck %s --input-file=said
// CHECK:      exit 0: 0
// CHECK-NEXT: exit 1: 1
// CHECK-NEXT: exit 2: 2
// CHECK-NEXT: exit 77: 77
// CHECK-NEXT: exit 126: 126
// CHECK-NEXT: exit 127: 127
// CHECK-NEXT: exit 255: 255
// CHECK-NEXT: signal 9: 137
// CHECK-NEXT: signal 11: 139
// CHECK-NEXT: signal 15: 143
// CHECK-NEXT: signal 6: 134
//
// The one who waits sees a killed program, not one that exited with 134; and the summary says so too.
// RUN: %python -c 'import subprocess, sys; print(subprocess.run(sys.argv[1:]).returncode)' %glimpse run ./app signal 6 2>&1 | FileCheck %s --check-prefix=KILLED
// KILLED: glimpse: {{[0-9]+}} records in glimpse.jsonl (1 process, 0 dropped; ended by SIGABRT)
// KILLED: -6
// RUN: jq -c 'select(.record_type == "summary") | [.exit_status, .signal, .signal_name, [.open[].function]]' glimpse.jsonl | FileCheck %s --check-prefix=SUMMARY
// SUMMARY: [null,6,"SIGABRT",["main","end_by"]]
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static int end_by(const char* how, int number) {
  if (strcmp(how, "signal") == 0) raise(number);
  exit(number);
}

int main(int count, char** words) { return count < 3 ? 1 : end_by(words[1], atoi(words[2])); }
