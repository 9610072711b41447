// libglimpse.a does the same as libglimpse.so, for C too.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -finstrument-functions %s -o app $(dirname %libglimpse)/libglimpse.a
// RUN: env PATH="$(dirname %glimpse):$PATH" ./app && %{whole} glimpse.jsonl | FileCheck %s
// CHECK: whole: 1 process, 3 calls, 0 exceptions, 0 open, 0 dropped
static int twice(int n) { return 2 * n; }

int main(void) { return twice(twice(0)); }
