// Calls a function until its code changes, which takes as long as the policy's decision does.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

__attribute__((no_instrument_function)) static inline void until_patched(int (*function)(int)) {
  enum { kBytes = 64, kMostRounds = 30000 };
  unsigned char before[kBytes];
  memcpy(before, (const void*)function, kBytes);
  for (int i = 0; i < kMostRounds; ++i) {
    function(1);
    if (memcmp(before, (const void*)function, kBytes) != 0) return;
    const struct timespec pause = {0, 1000000};
    nanosleep(&pause, NULL);
  }
  puts("never patched");
  exit(9);
}
