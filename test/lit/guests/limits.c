// Programs that take things away from themselves after they began: descriptors, files, memory, their user, their root.
// They behave as without glimpse, and are recorded on; a child that has no way to the session any more is not recorded,
// and says so in one line.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -O1 -finstrument-functions %s -o app -pthread && %gcc -O1 -finstrument-functions %s -o linked -pthread %libglimpse -Wl,-rpath,$(dirname %libglimpse) && echo '{"version": "1.0", "package_trees": ["*"], "trace_depth": "unlimited"}' > glimpse-policy.json
// RUN: export GLIMPSE_RING_BYTES=65536; for what in closed undumpable locked files size memory root user; do echo "$what: $(%python %S/../sameness/inputs/same.py --glimpse %glimpse --plain app --preloaded app --linked linked $what)" && for run in preloaded linked; do %{whole} $run-run/glimpse.jsonl; done; done | FileCheck %s
//
// CHECK:      closed: same
// CHECK-NEXT: whole: 2 processes, 6105 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: whole: 2 processes, 6105 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: undumpable: same
// CHECK-NEXT: whole: 2 processes, 6105 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: whole: 2 processes, 6105 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: locked: same
// CHECK-NEXT: whole: 2 processes, 6105 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: whole: 2 processes, 6105 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: files: same
// CHECK-NEXT: whole: 1 process, 6103 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: whole: 1 process, 6103 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: size: same
// CHECK-NEXT: whole: 1 process, 6103 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: whole: 1 process, 6103 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: memory: same
// CHECK-NEXT: whole: 1 process, 6103 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: whole: 1 process, 6103 calls, 0 exceptions, 0 open, 0 dropped
// CHECK-NEXT: root: same
// CHECK-NEXT: whole: {{.*}}, 0 dropped
// CHECK-NEXT: whole: {{.*}}, 0 dropped
// CHECK-NEXT: user: same
// CHECK-NEXT: whole: {{.*}}, 0 dropped
// CHECK-NEXT: whole: {{.*}}, 0 dropped
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define UNTRACED __attribute__((no_instrument_function))
static volatile int sink;
__attribute__((noinline)) static void step(int n) { sink += n; }
__attribute__((noinline)) static void deep(int n) {
  if (n > 0) deep(n - 1);
  sink += n;
}
__attribute__((noinline)) static void in_child(void) { step(1); }
__attribute__((noinline)) static void* in_thread(void* n) {
  for (int i = 0; i < 1000; ++i) step(i);
  return n;
}

UNTRACED static void limit(__rlimit_resource_t which, rlim_t most) {
  const struct rlimit limits = {most, most};
  setrlimit(which, &limits);
}

UNTRACED static void take_away(const char* what) {
  if (strcmp(what, "closed") == 0) close_range(3, ~0u, 0), close(0), close(2);
  if (strcmp(what, "undumpable") == 0) prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (strcmp(what, "locked") == 0) mlockall(MCL_CURRENT | MCL_FUTURE);
  if (strcmp(what, "files") == 0) limit(RLIMIT_NOFILE, 3);
  if (strcmp(what, "size") == 0) limit(RLIMIT_FSIZE, 4096);
  if (strcmp(what, "root") == 0 && geteuid() == 0) printf("root %d\n", chroot(".") + chdir("/"));
  if (strcmp(what, "user") == 0 && geteuid() == 0) printf("user %d\n", setgroups(0, NULL) + setgid(65534) + setuid(65534));
}

UNTRACED int main(int count, char** words) {
  const char* what = count > 1 ? words[1] : "";
  step(1);
  take_away(what);
  for (int i = 0; i < 5000; ++i) step(i);
  deep(100);
  if (strcmp(what, "memory") == 0) limit(RLIMIT_AS, 1000);
  pthread_t thread;
  if (pthread_create(&thread, NULL, in_thread, NULL) == 0) {
    pthread_join(thread, NULL);
  } else {
    printf("no thread\n");
    in_thread(NULL);
  }
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    in_child();
    _exit(7);
  }
  int status = 0;
  const int ended = waitpid(child, &status, 0) == child;
  printf("child %d %#x, then %s\n", ended, (unsigned)status, wait(NULL) < 0 ? "none" : "another");
  return 5;
}
