#include <stdio.h>

static int status(void) { return 5; }

int main(void) {
  puts("the program's own words");
  return status();
}
