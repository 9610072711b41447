// A program's functions are named by the file it runs, not by what lies at that path by now.
//
// REQUIRES: gcc, clang-19
// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: %gcc %S/inputs/start.c -o start
// RUN: %gcc -O1 -g -finstrument-functions %s -o kept && %gcc -O1 -g -finstrument-functions -DOTHER %s -o other
// DEFINE: %{functions} = jq -r 'select(.stage == "START") | "\(.module) \(.function) \(.line)"' glimpse.jsonl
//
// Its name is gone before it starts; it never had one; it takes its name away itself; another program gets its name:
// RUN: cp kept app && %glimpse run -q ./start unlinked ./app wait && not ls app && %{functions} | FileCheck %s
// RUN: cp kept app && %glimpse run -q ./start memfd ./app wait && %{functions} | FileCheck %s --check-prefix=MEMFD
// RUN: cp kept app && %glimpse run -q ./app wait unlink && not ls app && %{functions} | FileCheck %s
// RUN: cp kept app && cp other next && %glimpse run -q ./app wait replace && cmp app other && %{functions} | FileCheck %s
// CHECK:      {{^}}app main [[#@LINE + 48]]
// CHECK-NEXT: {{^}}app one [[#@LINE + 31]]
// CHECK-NEXT: {{^}}app two [[#@LINE + 32]]
// CHECK-NOT:  {{.}}
// MEMFD:      {{^}}memfd:in-memory main
// MEMFD-NEXT: {{^}}memfd:in-memory one
// MEMFD-NEXT: {{^}}memfd:in-memory two
//
// The same without a build-id, which would tell the two files apart:
// RUN: %gcc -O1 -g -finstrument-functions -Wl,--build-id=none %s -o kept && %gcc -O1 -g -finstrument-functions -Wl,--build-id=none -DOTHER %s -o other
// RUN: cp kept app && cp other next && %glimpse run -q ./app wait replace && %{functions} | FileCheck %s
//
// One that has ended before anybody could look at it has the addresses in its file instead of another's names:
// RUN: cp kept app && cp other next && %glimpse run -q ./app at-once replace && %{functions} | FileCheck %s --check-prefix=ENDED
// ENDED-NOT:  wrong
// ENDED:      {{^}}app {{main|app\+0x[0-9a-f]+}}
// ENDED-NEXT: {{^}}app {{one|app\+0x[0-9a-f]+}}
// ENDED-NEXT: {{^}}app {{two|app\+0x[0-9a-f]+}}
// ENDED-NOT:  wrong
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifdef OTHER
#define one wrong_one
#define two wrong_two
#define wait_until_named wrong_three
#endif

volatile int sink;

__attribute__((noinline)) int one(int x) { return x + ++sink; }

__attribute__((noinline)) int two(int x) { return x + ++sink; }

// The trace begins to be written when the first functions have their names.
__attribute__((noinline, no_instrument_function)) static void wait_until_named(void) {
  char text[65536];
  for (int tries = 0; tries < 6000; ++tries, usleep(10000)) {
    FILE* trace = fopen("glimpse.jsonl", "r");
    if (trace == NULL) continue;
    text[fread(text, 1, sizeof(text) - 1, trace)] = 0;
    fclose(trace);
    if (strstr(text, "\"START\"") != NULL) return;
  }
}

int main(int argc, char** argv) {
  if (argc > 2 && strcmp(argv[2], "unlink") == 0) unlink(argv[0]);
  if (argc > 2 && strcmp(argv[2], "replace") == 0) rename("next", argv[0]);
  const int sum = one(1) + two(2);
  if (argc > 1 && strcmp(argv[1], "wait") == 0) wait_until_named();
  return sum == 12345;
}
