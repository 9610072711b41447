// Looks at itself before main, in main, in a child and in what the child executes, and when it ends.
#include "portrait.h"

static int seen;
__attribute__((noinline)) static void traced_step(int n) { seen += n; }

__attribute__((constructor)) static void before_main(void) {
  errno = 71;
  traced_step(1);  // the first hook of the process
  portrait("constructor");
}

static void at_exit(void) {
  errno = 72;
  traced_step(2);
  portrait("atexit");
}

__attribute__((destructor)) static void after_main(void) {
  traced_step(3);
  portrait("destructor");
}

int main(int count, char** words) {
  if (count > 1 && strcmp(words[1], "again") == 0) {
    portrait("executed");
    _exit(seen);
  }
  for (int i = 0; i < count; ++i) tell("main", "argument %d: %s", i, words[i]);
  atexit(at_exit);
  struct sigaction action = {.sa_handler = SIG_IGN, .sa_flags = SA_RESTART};
  sigaction(SIGUSR1, &action, NULL);
  sigset_t some;
  sigemptyset(&some);
  sigaddset(&some, SIGUSR2);
  sigaddset(&some, SIGRTMAX);
  sigprocmask(SIG_BLOCK, &some, NULL);
  raise(SIGUSR2);
  errno = 73;
  traced_step(4);
  portrait("main");
  fflush(NULL);
  const pid_t child = fork();
  if (child == 0) {
    errno = 74;
    traced_step(5);
    portrait("child");
    execl("/proc/self/exe", words[0], "again", (char*)NULL);
    _exit(99);
  }
  int status = 0;
  const pid_t ended = wait(&status);
  tell("main", "wait: %s, status %#x, then %s", ended == child ? "the child" : "another", (unsigned)status,
       wait(NULL) < 0 ? strerror(errno) : "another one");
  for (int i = 0; i < 100000; ++i) traced_step(i % 3);
  portrait("later");
  return 5;
}
