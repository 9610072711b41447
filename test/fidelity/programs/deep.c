// Recursion 100 000 deep, and back.
#include <stdio.h>
static volatile long sink;
__attribute__((noinline)) static long down(long n) {
  if (n == 0) return 0;
  long below = down(n - 1);
  sink = below;
  return below + 1;
}
int main(void) {
  printf("%ld\n", down(100000));
  return 0;
}
