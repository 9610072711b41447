// What a program of very many functions does for bench/startup; bench/many_functions.py makes the functions.
//
//   one             calls one block of functions once, and ends
//   all ROUNDS      calls every function once in each round, then the first block over and over
//
// BLOCKS is the generated list of blocks. Blocks are timed one by one, and a pause after every 20 lets a collector
// empty the ring. Printed are nanoseconds per call, as "first 12.3" for each round's median and "few 12.3" for the
// block that is called over and over.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { kFunctionsPerBlock = 1000, kBlocksBetweenPauses = 20, kFewTimes = 400 };

#define BLOCK(number) void block_##number(void);
#include BLOCKS
#undef BLOCK

static void (*const blocks[])(void) = {
#define BLOCK(number) block_##number,
#include BLOCKS
#undef BLOCK
};
enum { kBlocks = sizeof(blocks) / sizeof(blocks[0]) };

static double now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int ascending(const void* a, const void* b) {
  double left = *(const double*)a, right = *(const double*)b;
  return (left > right) - (left < right);
}

// Calls `count` blocks, each `step` after the one before it, and prints the median.
static void measure(const char* name, size_t count, size_t step) {
  struct timespec pause = {0, 5000000};
  double* measured = malloc(count * sizeof(double));
  if (measured == NULL) exit(1);
  for (size_t i = 0; i < count; ++i) {
    double start = now_ns();
    blocks[i * step % kBlocks]();
    measured[i] = (now_ns() - start) / kFunctionsPerBlock;
    if (i % kBlocksBetweenPauses == kBlocksBetweenPauses - 1) nanosleep(&pause, NULL);
  }
  qsort(measured, count, sizeof(double), ascending);
  printf("%s %.2f\n", name, measured[count / 2]);
  free(measured);
}

static void tell_end(void) {
  const char* start = getenv("BENCH_START");
  if (start != NULL) printf("since %.3f\n", (now_ns() - atof(start)) / 1e6);
  FILE* status = fopen("/proc/self/status", "r");
  char line[256];
  unsigned long kib = 0;
  while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
    if (sscanf(line, "RssAnon: %lu", &kib) == 1) printf("rss %lu\n", kib);
  }
}

int main(int count, char** arguments) {
  if (count == 2 && strcmp(arguments[1], "one") == 0) {
    measure("first", 1, 1);
    tell_end();
    return 0;
  }
  if (count != 3 || strcmp(arguments[1], "all") != 0) {
    fprintf(stderr, "usage: %s one | all ROUNDS\n", arguments[0]);
    return 2;
  }
  measure("first", kBlocks, 1);
  for (int round = atoi(arguments[2]); round > 1; --round) measure("again", kBlocks, 1);
  measure("few", kFewTimes, 0);
  tell_end();
  return 0;
}
