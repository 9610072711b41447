// A program that gives up system calls is not ended by one of glimpse's: behind a filter that kills for anything but
// read, write, exit_group and rt_sigreturn it is recorded to the last call, with new functions, deep recursion, full
// buffers and signal handlers. Strict mode takes the clock away, too: there recording stops, and the program goes on.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -O1 -finstrument-functions %s -o app -pthread && %gcc -O1 -finstrument-functions %s -o linked -pthread %libglimpse -Wl,-rpath,$(dirname %libglimpse) && echo '{"version": "1.0", "package_trees": ["*"], "trace_depth": "unlimited"}' > glimpse-policy.json
// RUN: export GLIMPSE_RING_BYTES=65536; for how in kill syscall threads strict; do %python %S/../sameness/inputs/same.py --glimpse %glimpse --plain app --preloaded app --linked linked $how && %{whole} preloaded-run/glimpse.jsonl; done | FileCheck %s
// CHECK:      same
// CHECK-NEXT: whole: 1 process, 30114 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: same
// CHECK-NEXT: whole: 1 process, 30114 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: same
// CHECK-NEXT: whole: 1 process, 31115 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: same
// CHECK-NEXT: whole: 1 process, 1 call, 0 exceptions, 0 open, 0 dropped
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define UNTRACED __attribute__((no_instrument_function))
static volatile int sink;
__attribute__((noinline)) static void step(int n) { sink += n; }
__attribute__((noinline)) static void deep(int n) {
  if (n > 0) deep(n - 1);
  sink += n;
}
__attribute__((noinline)) static void never_called_before(void) { sink += 1; }
__attribute__((noinline)) static void* other_thread(void* n) {
  for (int i = 0; i < 1000; ++i) step(i);
  return n;
}

static const int kFew[] = {SYS_read, SYS_write, SYS_exit_group, SYS_rt_sigreturn};
static const int kThreads[] = {SYS_clone, SYS_clone3, SYS_exit, SYS_mmap, SYS_munmap, SYS_mprotect, SYS_madvise, SYS_brk,
                               SYS_futex, SYS_set_robust_list, SYS_rseq, SYS_rt_sigprocmask, SYS_rt_sigaction,
                               SYS_getrandom, SYS_gettid};

UNTRACED static int confine(int with_threads, int by_syscall) {
  struct sock_filter code[64];
  unsigned short length = 0;
  code[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);
  for (int list = 0; list <= with_threads; ++list) {
    const int* numbers = list ? kThreads : kFew;
    const size_t count = list ? sizeof kThreads / sizeof *kThreads : sizeof kFew / sizeof *kFew;
    for (size_t i = 0; i < count; ++i) {
      code[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)numbers[i], 0, 1);
      code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    }
  }
  code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
  struct sock_fprog program = {length, code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  errno = 0;
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL) != -1 || errno != EFAULT) return -1;  // asked, not set
  return by_syscall ? (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program)
                    : prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

__attribute__((noinline)) static void work(void) {
  for (int i = 0; i < 20000; ++i) step(i);
  deep(10000);
  never_called_before();
  for (int i = 0; i < 55; ++i) {
    sink += i;
    step(i);
    deep(0);
  }
}

UNTRACED int main(int count, char** words) {
  const char* how = count > 1 ? words[1] : "";
  step(1);
  int failed = 0;
  if (strcmp(how, "strict") == 0) failed = prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0);
  else failed = confine(strcmp(how, "threads") == 0, strcmp(how, "syscall") == 0);
  work();
  pthread_t thread;
  if (strcmp(how, "threads") == 0 && pthread_create(&thread, NULL, other_thread, NULL) == 0) pthread_join(thread, NULL);
  if (failed != 0 || write(1, "confined\n", 9) != 9) return 1;
  if (strcmp(how, "strict") == 0) syscall(SYS_exit, 4);
  exit(4);
}
