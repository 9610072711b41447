// Three threads, main among them, whose calls are known. Waits for the file `go` first, says what each thread did, and
// that it has ended by the file `done`.
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define UNTRACED __attribute__((no_instrument_function))

volatile int sink;
static int rounds;

__attribute__((noinline)) static void leaf(int n) { sink = n; }

__attribute__((noinline)) static void branch(int n) {
  leaf(n);
  leaf(n + 1);
  leaf(n + 2);
  sink = 0;
}

__attribute__((noinline)) static void outer(int n) {
  branch(n);
  if (n % 1000 == 999) leaf(n);
  sink = 0;
}

UNTRACED static long calls(void) { return 5L * rounds + rounds / 1000; }

static void* work(void* nothing) {
  for (int n = 0; n < rounds; ++n) outer(n);
  printf("%ld %ld\n", (long)syscall(SYS_gettid), calls() + 1);
  return nothing;
}

int main(int count, char** words) {
  rounds = count > 1 ? atoi(words[1]) : 10000;
  leaf(0);
  printf("%d\n", getpid());
  fflush(stdout);
  for (int i = 0; i < 6000 && access("go", F_OK) != 0; ++i) usleep(10000);
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) pthread_create(&threads[i], NULL, work, NULL);
  for (int n = 0; n < rounds; ++n) outer(n);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  printf("%d %ld\n", getpid(), calls() + 2);
  fflush(stdout);
  close(open("done", O_CREAT | O_WRONLY, 0600));
  return 3;
}
