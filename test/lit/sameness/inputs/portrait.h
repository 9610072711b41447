// What a process can tell about itself, in lines: a glance in the mirror that must show the same with and without
// glimpse. `portrait("moment")` writes to the descriptor `portrait_fd`, by write() alone.
#pragma once
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIRROR __attribute__((no_instrument_function, unused)) static

extern char** environ;
static int portrait_fd = 1;

// Where standard output is closed, a file in the working directory takes its place, out of the way of small numbers.
__attribute__((no_instrument_function, constructor(101))) static void open_portrait(void) {
  if (fcntl(1, F_GETFD) >= 0) return;
  const int low = open("portrait.txt", O_WRONLY | O_CREAT | O_APPEND, 0600);
  portrait_fd = fcntl(low, F_DUPFD_CLOEXEC, 100);
  close(low);
}

MIRROR void tell(const char* moment, const char* format, ...) {
  char line[8192];
  int length = snprintf(line, sizeof line, "%s: ", moment);
  va_list rest;
  va_start(rest, format);
  length += vsnprintf(line + length, sizeof line - (size_t)length - 1, format, rest);
  va_end(rest);
  if (length > (int)sizeof line - 2) length = sizeof line - 2;
  line[length++] = '\n';
  if (write(portrait_fd, line, (size_t)length) < 0) abort();
}

MIRROR int by_number(const void* a, const void* b) { return *(const int*)a - *(const int*)b; }

// Descriptors with where they lead; numbers in pipes and sockets differ from run to run.
MIRROR void tell_descriptors(const char* moment) {
  for (int fd = 0; fd < 1024; ++fd) {
    const int flags = fcntl(fd, F_GETFD);
    if (flags < 0) continue;
    char path[64], target[4096];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    const ssize_t length = readlink(path, target, sizeof target - 1);
    target[length > 0 ? length : 0] = 0;
    char* number = strchr(target, '[');
    if (number) *number = 0;
    tell(moment, "descriptor %d: %s flags %d %#x at %lld", fd, target, flags, (unsigned)fcntl(fd, F_GETFL),
         fd > 2 && fd != portrait_fd ? (long long)lseek(fd, 0, SEEK_CUR) : 0);
  }
}

MIRROR void tell_signals(const char* moment) {
  sigset_t mask, pending;
  sigprocmask(SIG_SETMASK, NULL, &mask);
  sigpending(&pending);
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action;
    if (sigismember(&mask, number) == 1) tell(moment, "signal %d is blocked", number);
    if (sigismember(&pending, number) == 1) tell(moment, "signal %d is pending", number);
    if (sigaction(number, NULL, &action) != 0 || action.sa_handler == SIG_DFL) continue;
    tell(moment, "signal %d: %s, flags %#x", number, action.sa_handler == SIG_IGN ? "ignored" : "handled",
         (unsigned)action.sa_flags);
  }
  stack_t stack;
  sigaltstack(NULL, &stack);
  tell(moment, "alternate stack: flags %d, %zu bytes", stack.ss_flags, stack.ss_size);
  struct itimerval timer;
  for (int which = 0; which < 3; ++which) {
    getitimer(which, &timer);
    tell(moment, "timer %d: %s", which, timer.it_value.tv_sec || timer.it_value.tv_usec ? "runs" : "off");
  }
}

MIRROR void tell_children(const char* moment) {
  int status = 0;
  const pid_t child = waitpid(-1, &status, WNOHANG | __WALL);
  if (child == 0) tell(moment, "children: still running");
  else if (child < 0) tell(moment, "children: %s", strerror(errno));
  else tell(moment, "children: one had ended with %#x", (unsigned)status);
}

MIRROR int count_folder(const char* path) {
  DIR* folder = opendir(path);
  int count = 0;
  while (folder && readdir(folder)) ++count;
  if (folder) closedir(folder);
  return count - 2;
}

// What may differ, and by how much, is judged by same.py.
MIRROR void tell_memory(const char* moment) {
  FILE* maps = fopen("/proc/self/maps", "re");
  char line[8192];
  int count = 0;
  while (maps && fgets(line, sizeof line, maps)) ++count;
  if (maps) fclose(maps);
  FILE* status = fopen("/proc/self/status", "re");
  long resident_kb = 0;
  while (status && fgets(line, sizeof line, status)) sscanf(line, "VmRSS: %ld", &resident_kb);
  if (status) fclose(status);
  tell(moment, "maps: %d, resident kB: %ld", count, resident_kb);
}

MIRROR void tell_limits(const char* moment) {
  for (int which = 0; which < RLIM_NLIMITS; ++which) {
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)which, &limit) == 0)
      tell(moment, "limit %d: %llx %llx", which, (unsigned long long)limit.rlim_cur, (unsigned long long)limit.rlim_max);
  }
}

MIRROR void portrait(const char* moment) {
  const int found_errno = errno;
  tell(moment, "errno: %d", found_errno);
  tell_descriptors(moment);
  tell_signals(moment);
  tell_children(moment);
  for (char** entry = environ; entry && *entry; ++entry) tell(moment, "environment: %s", *entry);
  tell(moment, "threads: %d", count_folder("/proc/self/task"));
  tell_limits(moment);
  char text[4096] = "";
  tell(moment, "cwd: %s", getcwd(text, sizeof text) ? text : strerror(errno));
  const mode_t mask = umask(0);
  umask(mask);
  tell(moment, "umask: %o", mask);
  prctl(PR_GET_NAME, text);
  tell(moment, "name: %s", text);
  tell(moment, "nice %d, policy %d, dumpable %d, no new privileges %d, death signal %d, subreaper %d", getpriority(0, 0),
       sched_getscheduler(0), prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
       (prctl(PR_GET_PDEATHSIG, text), *(int*)text), (prctl(PR_GET_CHILD_SUBREAPER, text), *(int*)text));
  tell(moment, "group is %s, session is %s", getpgrp() == getppid() ? "the parent's" : getpgrp() == getpid() ? "its own" : "another's",
       getsid(0) == getpid() ? "its own" : "another's");
  tell_memory(moment);
  errno = found_errno;
}
