// Says its process id, waits until the file `go` is there, and then does its second half.
#include <stdio.h>
#include <unistd.h>

static int step(int n) { return n + 1; }

static void first_half(void) {}

static void second_half(void) {
  for (int n = 0; n < 500;) n = step(n);
}

int main(void) {
  first_half();
  printf("%d\n", getpid());
  fflush(stdout);
  for (int i = 0; i < 3000 && access("go", F_OK) != 0; ++i) usleep(10000);
  second_half();
  puts("the program ended by itself");
  return 0;
}
