// The portrait: what a process can find out about itself, told when it begins and when it ends, to prove that a traced
// program is in no other state than the same program alone.
//
// It is preloaded (LD_PRELOAD=libportrait.so, PORTRAIT_DIR=folder), with glimpse or without, and shares nothing with
// it.
//
// Files:   one per process, PORTRAIT_DIR/<pid>; what a process becomes by exec goes on in the same one.
// Moments: `begins` before main, after every library's constructors; `ends` after their destructors; `leaves` in _exit;
//          `aborts` in abort. What ends by a signal has no last moment. A line is `moment program: what: value`.
// Threads: any, one at a time: processes end once.
// Failure: a portrait that cannot be written ends the program with status 98 and a word on stderr.
// Libc:    system calls and the loader alone, for malloc, write and memcpy may be functions of the program.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

extern char** environ;

enum { kTextBytes = 1 << 18, kPathBytes = 4096, kMaxDescriptors = 1024, kNoChild = -ECHILD };

static char text[kTextBytes];  // of the moment that is told
static size_t length;
static char directory[kPathBytes];
static char program[kPathBytes];
static const char* moment;

static long call(long number, long a, long b, long c, long d, long e) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                   : "rcx", "r11", "memory");
  return result;
}

static void die(const char* why) {
  size_t size = 0;
  while (why[size]) ++size;
  call(SYS_write, 2, (long)why, (long)size, 0, 0);
  for (;;) call(SYS_exit_group, 98, 0, 0, 0, 0);
}

// ---- lines ----

static void put(char byte) {
  if (length == kTextBytes) die("portrait: more than fits\n");
  text[length++] = byte;
}

static void say(const char* words) {
  while (*words) put(*words++);
}

static void say_number(unsigned long value, unsigned base) {
  char digits[32];
  int count = 0;
  do digits[count++] = "0123456789abcdef"[value % base];
  while (value /= base);
  while (count) put(digits[--count]);
}

static void begin_line(const char* what) {
  say(moment);
  put(' ');
  say(program);
  say(": ");
  say(what);
}

static int begins_with(const char* line, const char* start) {
  while (*start)
    if (*line++ != *start++) return 0;
  return 1;
}

// ---- what is told ----

// Up to `size` - 1 bytes of a file, and a zero.
static long content(const char* path, char* into, long size) {
  long file = call(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0, 0), got = 0, all = 0;
  if (file < 0) die("portrait: no /proc\n");
  while (all < size - 1 && (got = call(SYS_read, file, (long)into + all, size - 1 - all, 0, 0)) > 0) all += got;
  call(SYS_close, file, 0, 0, 0, 0);
  into[all] = 0;
  return all;
}

static const char* number_path(char* path, const char* folder, unsigned number) {
  const size_t before = length;
  say(folder);
  say_number(number, 10);
  put(0);
  for (size_t i = before; i < length; ++i) path[i - before] = text[i];
  length = before;
  return path;
}

// Where each leads, how it was opened, at which position; numbers in the names of pipes are left to the reader.
static void tell_descriptors(void) {
  static char info[kPathBytes], path[kPathBytes];
  for (unsigned fd = 0; fd < kMaxDescriptors; ++fd) {
    if (call(SYS_fcntl, fd, F_GETFD, 0, 0, 0) < 0) continue;
    begin_line("descriptor ");
    say_number(fd, 10);
    say(": ");
    const long size =
        call(SYS_readlink, (long)number_path(path, "/proc/self/fd/", fd), (long)info, sizeof info - 1, 0, 0);
    info[size > 0 ? size : 0] = 0;
    say(info);
    put(' ');
    content(number_path(path, "/proc/self/fdinfo/", fd), info, sizeof info);
    for (const char* at = info; *at && !begins_with(at, "mnt_id"); ++at) put(*at == '\n' || *at == '\t' ? ' ' : *at);
    put('\n');
  }
}

static int several_threads(const char* status) {
  for (; *status; ++status)
    if (begins_with(status, "\nThreads:\t1\n")) return 0;
  return 1;
}

// A thread that was joined counts until the kernel has put it away: others get a moment to become one.
static void read_status(char* status, long size) {
  const struct timespec moment_ns = {0, 5000000};
  for (int tries = 0; tries < 20; ++tries) {
    content("/proc/self/status", status, size);
    if (!several_threads(status)) return;
    call(SYS_nanosleep, (long)&moment_ns, 0, 0, 0, 0);
  }
}

// User, groups, mask of files, threads, signals (pending, blocked, ignored, caught), capabilities, seccomp, processors.
static void tell_status(void) {
  static const char* const told[] = {
      "Name:",   "Umask:",  "TracerPid:", "Uid:",    "Gid:", "Groups:",     "Threads:", "SigPnd:",
      "ShdPnd:", "SigBlk:", "SigIgn:",    "SigCgt:", "Cap",  "NoNewPrivs:", "Seccomp:", "Cpus_allowed:"};
  static char status[kPathBytes * 2];
  read_status(status, sizeof status);
  for (const char* line = status; *line;) {
    int wanted = 0;
    for (size_t i = 0; i < sizeof told / sizeof *told; ++i) wanted |= begins_with(line, told[i]);
    if (wanted) begin_line("");
    for (; *line && *line != '\n'; ++line)
      if (wanted) put(*line);
    if (wanted) put('\n');
    if (*line) ++line;
  }
}

static void tell_signals(void) {
  struct {
    void* handler;
    unsigned long flags;
    void* restorer;
    unsigned long mask;
  } action;
  for (unsigned number = 1; number < 65; ++number) {
    if (call(SYS_rt_sigaction, number, 0, (long)&action, 8, 0) != 0) continue;
    if (action.handler == (void*)SIG_DFL && !action.flags && !action.mask) continue;
    begin_line("signal ");
    say_number(number, 10);
    say(action.handler == (void*)SIG_DFL ? ": default" : action.handler == (void*)SIG_IGN ? ": ignored" : ": handled");
    say(", flags 0x");
    say_number(action.flags, 16);
    say(", blocks 0x");
    say_number(action.mask, 16);
    put('\n');
  }
  stack_t stack;
  call(SYS_sigaltstack, 0, (long)&stack, 0, 0, 0);
  begin_line("alternate stack: flags ");
  say_number((unsigned)stack.ss_flags, 10);
  say(", bytes ");
  say_number(stack.ss_size, 10);
  put('\n');
  for (unsigned which = 0; which < 3; ++which) {
    struct itimerval timer;
    call(SYS_getitimer, which, (long)&timer, 0, 0, 0);
    begin_line("interval timer ");
    say_number(which, 10);
    say(timer.it_value.tv_sec || timer.it_value.tv_usec ? ": runs, each " : ": off, each ");
    say_number((unsigned long)timer.it_interval.tv_sec * 1000000 + (unsigned long)timer.it_interval.tv_usec, 10);
    put('\n');
  }
}

static void tell_children(void) {
  siginfo_t child = {.si_pid = 0};
  const long result = call(SYS_waitid, P_ALL, 0, (long)&child, WEXITED | WNOHANG | WNOWAIT | __WALL, 0);
  begin_line("children: ");
  say(result == kNoChild ? "none" : child.si_pid ? "one has ended and was not waited for" : "running");
  put('\n');
}

static void tell_relations(void) {
  const long self = call(SYS_getpid, 0, 0, 0, 0, 0), group = call(SYS_getpgid, 0, 0, 0, 0, 0);
  begin_line("process group: ");
  say(group == self ? "its own\n" : "another's\n");
  begin_line("session: ");
  say(call(SYS_getsid, 0, 0, 0, 0, 0) == self ? "its own\n" : "another's\n");
  begin_line("priority: ");
  say_number((unsigned long)call(SYS_getpriority, 0, 0, 0, 0, 0), 10);  // 20 - nice
  put(' ');
  say_number((unsigned long)call(SYS_sched_getscheduler, 0, 0, 0, 0, 0), 10);
  put('\n');
}

static void tell_place(void) {
  static char words[kPathBytes * 2];
  const long size = call(SYS_getcwd, (long)words, sizeof words, 0, 0, 0);
  begin_line("working directory: ");
  say(size > 0 ? words : "gone");
  put('\n');
  content("/proc/self/limits", words, sizeof words);
  for (const char* line = words; *line;) {
    begin_line("limit: ");
    while (*line && *line != '\n') put(*line++);
    put('\n');
    if (*line) ++line;
  }
}

static void tell_environment(void) {
  for (char** entry = environ; entry && *entry; ++entry) {
    if (begins_with(*entry, "LD_PRELOAD=") || begins_with(*entry, "GLIMPSE_") || begins_with(*entry, "PORTRAIT_DIR="))
      continue;
    begin_line("environment: ");
    for (const char* at = *entry; *at; ++at) put(*at == '\n' ? ' ' : *at);
    put('\n');
  }
}

// ---- moments ----

static void tell(const char* when) {
  const int found = errno;
  static char path[kPathBytes];
  if (!directory[0]) return;
  moment = when;
  length = 0;
  begin_line("errno: ");
  say_number((unsigned)found, 10);
  put('\n');
  tell_descriptors();
  tell_status();
  tell_signals();
  tell_children();
  tell_relations();
  tell_place();
  tell_environment();
  const long file =
      call(SYS_openat, AT_FDCWD, (long)number_path(path, directory, (unsigned)call(SYS_getpid, 0, 0, 0, 0, 0)),
           O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666, 0);
  if (file < 0 || call(SYS_write, file, (long)text, (long)length, 0, 0) != (long)length)
    die("portrait: could not be written\n");
  call(SYS_close, file, 0, 0, 0, 0);
  errno = found;
}

__attribute__((constructor)) static void prepare(void) {
  for (char** entry = environ; entry && *entry; ++entry) {
    if (!begins_with(*entry, "PORTRAIT_DIR=")) continue;
    size_t size = 0;
    for (const char* at = *entry + sizeof "PORTRAIT_DIR=" - 1; *at && size < kPathBytes - 32; ++at)
      directory[size++] = *at;
    directory[size++] = '/';
    directory[size] = 0;
  }
  const long size = call(SYS_readlink, (long)"/proc/self/exe", (long)program, sizeof program - 1, 0, 0);
  program[size > 0 ? size : 0] = 0;
}

__attribute__((destructor)) static void at_end(void) { tell("ends"); }

static int (*real_main)(int, char**, char**);
static int portrayed_main(int count, char** words, char** environment) {
  tell("begins");
  return real_main(count, words, environment);
}

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int __libc_start_main(int (*main)(int, char**, char**), int count, char** words, void (*init)(void),
                               void (*fini)(void), void (*loader_fini)(void), void* stack_end) {
  int (*next)(int (*)(int, char**, char**), int, char**, void (*)(void), void (*)(void), void (*)(void), void*) =
      (__typeof__(next))dlsym(RTLD_NEXT, "__libc_start_main");
  real_main = main;
  return next(portrayed_main, count, words, init, fini, loader_fini, stack_end);
}

EXPORTED _Noreturn void _exit(int status) {
  tell("leaves");
  void (*next)(int) = (void (*)(int))dlsym(RTLD_NEXT, "_exit");
  next(status);
  __builtin_unreachable();
}

EXPORTED _Noreturn void _Exit(int status) { _exit(status); }

EXPORTED _Noreturn void abort(void) {
  tell("aborts");
  void (*next)(void) = (void (*)(void))dlsym(RTLD_NEXT, "abort");
  next();
  __builtin_unreachable();
}
