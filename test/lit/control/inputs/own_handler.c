// own early|late|ignore: handles SIGUSR1 itself, from before or after its first traced call, or ignores it.
#include <signal.h>
#include <string.h>

static volatile sig_atomic_t handled = 0;

__attribute__((no_instrument_function)) static void on_signal(int number) { handled += number != 0; }

__attribute__((no_instrument_function, constructor)) static void set_up(int argc, char** argv) {
  if (argc < 2 || strcmp(argv[1], "late") == 0) return;
  signal(SIGUSR1, strcmp(argv[1], "early") == 0 ? on_signal : SIG_IGN);
}

__attribute__((noinline)) static void work(void) { __asm__ volatile(""); }

int main(int argc, char** argv) {
  (void)argc;
  work();
  if (strcmp(argv[1], "late") == 0) signal(SIGUSR1, on_signal);
  raise(SIGUSR1);
  return handled == (strcmp(argv[1], "ignore") == 0 ? 0 : 1) ? 0 : 1;
}
