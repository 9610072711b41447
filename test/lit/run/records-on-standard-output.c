// With -o - standard output is the records and nothing else; what the program prints goes to standard error.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -finstrument-functions %s -o app
// RUN: %glimpse run -o - -- ./app > records 2> program
// RUN: %{whole} records | FileCheck %s
// CHECK: whole: 1 process, 2 calls, 0 exceptions, 0 open, 0 dropped
// RUN: FileCheck %s --check-prefix=PROGRAM --match-full-lines --input-file=program
// PROGRAM:     printed by the program
// PROGRAM:     glimpse: 7 records on standard output (1 process, 0 dropped)
// PROGRAM-NOT: {{.}}
// RUN: not ls glimpse.jsonl
//
// A reader that has seen enough and leaves harms nobody: the program ends as ever, with its own status.
// RUN: (%glimpse run -o - -- ./app 100000 2> told; echo $? > status) | head -1 > first
// RUN: jq -r .record_type first | FileCheck %s --check-prefix=FIRST
// RUN: cat status told | FileCheck %s --check-prefix=LEFT
// FIRST: process
// LEFT:     {{^}}7{{$}}
// LEFT-DAG: printed by the program
// LEFT-DAG: glimpse: the reader of standard output is gone; the program goes on, its records are dropped from here on
// LEFT-DAG: glimpse: {{[0-9 ]+}} records on standard output (1 process, {{[1-9][0-9 ]*}} dropped)
//
// What it was given and what was dropped is all there was: two for each call, process, thread and summary.
// RUN: sed -nE 's/.*: ([0-9 ]+) records on .*, ([0-9 ]+) dropped.*/\1+\2/p' told | tr -d ' ' > sum && echo $(($(cat sum))) | FileCheck %s --check-prefix=SUM
// SUM: {{^}}200005{{$}}
#include <stdio.h>
#include <stdlib.h>

static int step(int n) { return n + 1; }

int main(int count, char** words) {
  const int steps = count > 1 ? atoi(words[1]) : 1;
  int n = 0;
  while (n < steps) n = step(n);
  puts("printed by the program");
  return count > 1 ? 7 : 0;
}
