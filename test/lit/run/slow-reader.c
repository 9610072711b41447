// A program that has ended while its records still wait for a slow reader: glimpse says that, and does not speak of
// processes that the program left running.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -finstrument-functions %s -o app
// RUN: %glimpse run -o - -- ./app 2> told | (sleep 4; cat) > records
// RUN: FileCheck %s --input-file=told
// CHECK:     glimpse: the program has ended; its last records are on their way
// CHECK-NOT: left running
// CHECK:     glimpse: {{[0-9 ]+}} records on standard output (1 process, 0 dropped)
// RUN: %{whole} records | FileCheck %s --check-prefix=WHOLE
// WHOLE: whole: 1 process, 5001 calls, 0 exceptions, 0 open, 0 dropped
__attribute__((noinline)) static int step(int n) { return n + 1; }

int main(void) {
  int n = 0;
  while (n < 5000) n = step(n);
  return 0;
}
