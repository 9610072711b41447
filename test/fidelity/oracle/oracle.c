// The oracle: a second, slow and simple recorder of every hook call, to prove the fast one right.
//
// It is preloaded alone (LD_PRELOAD=liboracle.so, ORACLE_DIR=folder) and shares no code and no idea with glimpse: each
// hook call makes one write() of one 32-byte record, there is no buffer, no policy, no depth and no repair. What the
// program's last hook call recorded is in the file whatever happens next.
//
// Files:   one per program image, ORACLE_DIR/<pid>.<n>.oracle; n counts the programs that a process becomes by exec.
// Record:  see struct record; read by test/fidelity/oracle.py.
// Threads: any; a record carries the thread's number, which counts threads in the order of their first event. A forked
//          child has a file of its own, which begins with where it left its parent.
// Failure: a record that cannot be written ends the program with status 99 and a word on stderr: a hole in the truth is
//          worse than no truth.
// Libc:    none in the hooks, only system calls, for malloc, write and memcpy may be functions of the program.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

enum kind { kEnter = 1, kExit = 2, kThread = 3, kModule = 4, kProcess = 5 };

// kEnter, kExit  a = function, b = call site, c = stack pointer of the hooked function at the call of the hook
// kThread        a = thread id; first of each thread
// kModule        a, b = mapped range, c = file offset; `size` bytes of path follow, zero-padded to whole records
// kProcess       a = pid, b = parent's pid, c = events this thread had recorded before it was forked; first of each
// file
struct record {
  uint32_t kind;
  uint16_t thread;
  uint16_t size;
  uint64_t a, b, c;
};
_Static_assert(sizeof(struct record) == 32, "the reader counts on it");

enum { kMaxModules = 4096, kMaxFiles = 64, kPathBytes = 512, kHighDescriptor = 900 };

static struct {
  uint64_t start, end;
} modules[kMaxModules];
static unsigned module_count;
static struct {
  int pid, descriptor;
} files[kMaxFiles];  // of this process and of those it was forked from
static unsigned file_count;
static char directory[kPathBytes];
static int lock;
static unsigned next_thread;
static __thread unsigned thread_number __attribute__((tls_model("initial-exec")));  // 0: no event yet
static __thread uint64_t thread_events __attribute__((tls_model("initial-exec")));

static long call(long number, long a, long b, long c, long d) {
  long result;
  register long r10 __asm__("r10") = d;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
  return result;
}

static void die(const char* why) {
  size_t length = 0;
  while (why[length]) ++length;
  call(SYS_write, 2, (long)why, length, 0);
  for (;;) call(SYS_exit_group, 99, 0, 0, 0);
}

static void put(int descriptor, const void* bytes, size_t size) {
  if (call(SYS_write, descriptor, (long)bytes, size, 0) != (long)size) die("oracle: a record could not be written\n");
}

static char* append_number(char* at, unsigned value) {
  char digits[16];
  int count = 0;
  do digits[count++] = (char)('0' + value % 10);
  while (value /= 10);
  while (count) *at++ = digits[--count];
  return at;
}

// From /proc/self/environ, as the program may have changed its own copy.
static void find_directory(void) {
  static char environment[1 << 17];
  static const char key[] = "ORACLE_DIR=";
  int descriptor = (int)call(SYS_openat, AT_FDCWD, (long)"/proc/self/environ", O_RDONLY, 0);
  long length = 0, got;
  while (length < (long)sizeof environment - 1 &&
         (got = call(SYS_read, descriptor, (long)environment + length, sizeof environment - 1 - length, 0)) > 0)
    length += got;
  call(SYS_close, descriptor, 0, 0, 0);
  for (long at = 0; at < length;) {
    size_t match = 0;
    while (key[match] && environment[at + match] == key[match]) ++match;
    if (!key[match]) {
      size_t size = 0;
      for (at += match; environment[at] && size < kPathBytes - 64; ++at) directory[size++] = environment[at];
      return;
    }
    while (environment[at]) ++at;
    ++at;
  }
  die("oracle: ORACLE_DIR is not set\n");
}

// This process's file; opened on the first event of the process, out of the program's way.
static int file_of(int pid) {
  for (unsigned i = 0; i < file_count; ++i)
    if (files[i].pid == pid) return files[i].descriptor;
  if (!directory[0]) find_directory();
  for (unsigned n = 0; n < 1000; ++n) {
    char path[kPathBytes], *at = path;
    for (const char* from = directory; *from;) *at++ = *from++;
    *at++ = '/';
    at = append_number(at, (unsigned)pid);
    *at++ = '.';
    at = append_number(at, n);
    for (const char* from = ".oracle"; (*at++ = *from++);) {
    }
    long low = call(SYS_openat, AT_FDCWD, (long)path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (low == -17) continue;  // EEXIST: the program that became this one by exec
    if (low < 0) break;
    long high = call(SYS_fcntl, low, F_DUPFD_CLOEXEC, kHighDescriptor, 0);
    if (high < 0)
      high = low;
    else
      call(SYS_close, low, 0, 0, 0);
    if (file_count == kMaxFiles) die("oracle: too many generations of processes\n");
    files[file_count].pid = pid;
    files[file_count].descriptor = (int)high;
    ++file_count;
    struct record first = {
        kProcess, (uint16_t)thread_number, 0, (uint64_t)pid, (uint64_t)call(SYS_getppid, 0, 0, 0, 0), thread_events};
    put((int)high, &first, sizeof first);
    for (unsigned i = 0; i < module_count; ++i) modules[i].end = 0;  // each file names its modules itself
    module_count = 0;
    return (int)high;
  }
  die("oracle: a file in ORACLE_DIR could not be created\n");
  return -1;
}

static int known(uint64_t address) {
  for (unsigned i = 0; i < module_count; ++i)
    if (modules[i].start <= address && address < modules[i].end) return 1;
  return 0;
}

static uint64_t hex(const char** at) {
  uint64_t value = 0;
  for (;; ++*at) {
    char c = **at;
    if (c >= '0' && c <= '9')
      value = value * 16 + (uint64_t)(c - '0');
    else if (c >= 'a' && c <= 'f')
      value = value * 16 + (uint64_t)(c - 'a' + 10);
    else
      return value;
  }
}

// One line of /proc/self/maps: `start-end perms offset device inode   path`.
static void scan_line(int descriptor, const char* line) {
  struct record module = {.kind = kModule};
  module.a = hex(&line);
  ++line;
  module.b = hex(&line);
  int executable = line[3] == 'x';
  line += 6;
  module.c = hex(&line);
  while (*line && *line != '/') ++line;
  if (!executable || !*line || known(module.a)) return;
  if (module_count == kMaxModules) die("oracle: too many modules\n");
  char path[kPathBytes] = {0};
  while (line[module.size] && module.size < kPathBytes - 1) {
    path[module.size] = line[module.size];
    ++module.size;
  }
  put(descriptor, &module, sizeof module);
  put(descriptor, path, (size_t)(module.size + 31) / 32 * 32);
  modules[module_count].start = module.a;
  modules[module_count].end = module.b;
  ++module_count;
}

static void scan_modules(int descriptor) {
  static char line[8192];
  int maps = (int)call(SYS_openat, AT_FDCWD, (long)"/proc/self/maps", O_RDONLY | O_CLOEXEC, 0);
  static char block[4096];
  size_t length = 0;
  for (long got; (got = call(SYS_read, maps, (long)block, sizeof block, 0)) > 0;)
    for (long i = 0; i < got; ++i) {
      if (block[i] != '\n') {
        if (length < sizeof line - 1) line[length++] = block[i];
        continue;
      }
      line[length] = 0;
      scan_line(descriptor, line);
      length = 0;
    }
  call(SYS_close, maps, 0, 0, 0);
}

// What is done once per process, thread or module. Signals wait, so that a handler's hooks do not find the lock taken;
// a lock inherited from a thread of the process this one was forked from is broken.
static int prepare(int pid, uint64_t function) {
  uint64_t all = ~(uint64_t)0, before;
  call(SYS_rt_sigprocmask, SIG_BLOCK, (long)&all, (long)&before, 8);
  for (int tries = 0, owner = 0;
       !__atomic_compare_exchange_n(&lock, &owner, pid, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED); owner = 0) {
    call(SYS_sched_yield, 0, 0, 0, 0);
    if (owner != pid && ++tries == 10000) __atomic_store_n(&lock, 0, __ATOMIC_RELAXED);
  }
  int descriptor = file_of(pid);
  if (!thread_number) {
    thread_number = ++next_thread;
    struct record thread = {kThread, (uint16_t)thread_number, 0, (uint64_t)call(SYS_gettid, 0, 0, 0, 0), 0, 0};
    put(descriptor, &thread, sizeof thread);
  }
  if (!known(function)) scan_modules(descriptor);
  __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
  call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, 8);
  return descriptor;
}

static void record_event(enum kind kind, void* function, void* call_site, void* stack) {
  int pid = (int)call(SYS_getpid, 0, 0, 0, 0);
  int descriptor = 0;
  for (unsigned i = 0; i < file_count; ++i)
    if (files[i].pid == pid) descriptor = files[i].descriptor;
  if (!descriptor || !thread_number || !known((uint64_t)function)) descriptor = prepare(pid, (uint64_t)function);
  struct record event = {kind, (uint16_t)thread_number, 0, (uint64_t)function, (uint64_t)call_site, (uint64_t)stack};
  put(descriptor, &event, sizeof event);
  ++thread_events;
}

__attribute__((visibility("default"))) void __cyg_profile_func_enter(void* function, void* call_site) {
  record_event(kEnter, function, call_site, __builtin_dwarf_cfa());
}

__attribute__((visibility("default"))) void __cyg_profile_func_exit(void* function, void* call_site) {
  record_event(kExit, function, call_site, __builtin_dwarf_cfa());
}

// Another library may come to lie where the closed one was, so all modules are named anew.
__attribute__((visibility("default"))) int dlclose(void* handle) {
  static int (*real)(void*);
  if (!real) real = (int (*)(void*))dlsym(RTLD_NEXT, "dlclose");
  int result = real(handle);
  module_count = 0;
  return result;
}
