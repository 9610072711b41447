// Standard input, output and error are the program's own: byte for byte as without glimpse.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -finstrument-functions %s -o app
// RUN: %python -c 'import sys; sys.stdout.buffer.write(bytes(range(256)) * 1000)' > input
// RUN: ./app < input > plain.out 2> plain.err
// RUN: %glimpse run -q ./app < input > traced.out 2> traced.err
// RUN: cmp plain.out traced.out && cmp plain.err traced.err && cmp input traced.out
// RUN: %{whole} glimpse.jsonl | FileCheck %s
// CHECK: whole: 1 process, 256002 calls, 0 exceptions, 0 open, 0 dropped
//
// Without -q there is one closing line, on standard error, after the program's own:
// RUN: echo x | %glimpse run ./app 2>&1 > /dev/null | FileCheck %s --check-prefix=CLOSING
// CLOSING:      in 2 bytes
// CLOSING-NEXT: {{^}}glimpse: 11 records in glimpse.jsonl (1 process, 0 dropped){{$}}
// CLOSING-NOT:  {{.}}
//
// A closed stream stays closed, and its number is not taken by a file of ours:
// RUN: %glimpse run -q ./app closed <&- >&- 2> closed.err; FileCheck %s --check-prefix=CLOSED --input-file=closed.err
// CLOSED: 0 is closed, 1 is closed
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

static int pass_on(int c) { return putchar(c); }

static const char* state(int fd) { return fcntl(fd, F_GETFD) < 0 && errno == EBADF ? "closed" : "open"; }

static int copy(void) {
  int count = 0;
  for (int c = getchar(); c != EOF; c = getchar()) count += pass_on(c) == c;
  return count;
}

int main(int arguments, char** words) {
  if (arguments > 1 && words[1][0] == 'c') return fprintf(stderr, "0 is %s, 1 is %s\n", state(0), state(1)) < 0;
  fprintf(stderr, "in %d bytes\n", copy());
  return 0;
}
