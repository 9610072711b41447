// Calls step_1, step_2 … as it is told to by lines of its standard input, and says when it has.
#include <stdio.h>

__attribute__((noinline)) static void step_a(void) { __asm__ volatile(""); }
__attribute__((noinline)) static void step_b(void) { __asm__ volatile(""); }
__attribute__((noinline)) static void step_c(void) { __asm__ volatile(""); }

int main(void) {
  char line[64];
  printf("ready\n");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin) != NULL) {
    for (int i = 0; i < 10; ++i) (line[0] == 'a' ? step_a : line[0] == 'b' ? step_b : step_c)();
    printf("done\n");
    fflush(stdout);
  }
  return 0;
}
