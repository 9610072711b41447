#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t wanted;

static void on_term(int number) { wanted = number; }

int main(void) {
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &before);
  struct sigaction action = {.sa_handler = on_term};
  sigaction(SIGTERM, &action, 0);
  if (write(1, "ready\n", 6) != 6) return 1;
  while (!wanted) sigsuspend(&before);
  return write(1, "tidying up\n", 11) == 11 ? 3 : 1;
}
