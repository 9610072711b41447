#include <unistd.h>

static void tick(void) { usleep(5000); }

int main(void) {
  for (int n = 0; n < 20; ++n) tick();
}
