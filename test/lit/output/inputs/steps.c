// 20000 calls for each byte of input.
#include <stdio.h>

int step(int n) { return n + 1; }

int main(void) {
  for (int c = 0; (c = getchar()) != EOF;) {
    for (int n = 0; n < 20000;) n = step(n);
  }
  return 3;
}
