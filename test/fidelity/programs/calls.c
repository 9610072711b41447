// Plain calls: recursion, mutual recursion, function pointers, callbacks through qsort, varargs, tail calls, alloca.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT __attribute__((noinline))

static volatile int sink;

KEPT static int fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

static int is_odd(int n);
KEPT static int is_even(int n) { return n == 0 ? 1 : is_odd(n - 1); }
KEPT static int is_odd(int n) { return n == 0 ? 0 : is_even(n - 1); }

KEPT static void last_word(int n) { sink = n; }
KEPT static void tail_jump(int n) {
  sink += n;
  last_word(n + 1);
}

KEPT static int sum(int count, ...) {
  va_list arguments;
  va_start(arguments, count);
  int total = 0;
  while (count--) total += va_arg(arguments, int);
  va_end(arguments);
  return total;
}

KEPT static int by_value(const void* a, const void* b) { return *(const int*)a - *(const int*)b; }
KEPT static int by_digit(const void* a, const void* b) { return *(const int*)a % 10 - *(const int*)b % 10; }

struct large {
  int values[64];
};
KEPT static struct large make_large(int seed) {
  struct large result;
  for (int i = 0; i < 64; ++i) result.values[i] = (seed * 7919 + i * 104729) % 1000;
  return result;
}

KEPT static int with_alloca(int n) {
  char* text = __builtin_alloca((size_t)n * 16 + 1);
  memset(text, 'x', (size_t)n * 16);
  text[n * 16] = 0;
  last_word(n);
  return n ? with_alloca(n - 1) + (int)strlen(text) : 0;
}

KEPT static int many(int a, int b, int c, int d, int e, int f, int g, int h) { return a + b + c + d + e + f + g + h; }
static inline int small(int n) { return n * 2 + sink; }

int main(void) {
  printf("%d %d %d\n", fibonacci(15), is_even(21), sum(3, 1, 2, 3));
  for (int i = 0; i < 5; ++i) tail_jump(i);
  int (*const orders[])(const void*, const void*) = {by_value, by_digit};
  for (int i = 0; i < 6; ++i) {
    struct large data = make_large(i);
    qsort(data.values, 64, sizeof(int), orders[i % 2]);
    printf("%d ", data.values[0]);
  }
  printf("%d %d %d\n", with_alloca(20), many(1, 2, 3, small(4), 5, small(6), 7, many(1, 1, 1, 1, 1, 1, 1, 1)), sink);
  return 3;
}
