// However a process ends, its trace is whole to its last call: by _exit, _Exit, quick_exit with its handlers, abort,
// and by signals that it causes itself. Who ran it sees the same end as without glimpse.
//
// RUN: %{trace} %s --prefix EXIT --arguments _exit --status 7 --jq 'select(.record_type == "summary") | [.calls, .open_calls, .exit_status, .signal_name]'
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -O1 -finstrument-functions %s -o app
// RUN: for end in _exit _Exit quick_exit abort SIGSEGV SIGFPE SIGABRT; do (%glimpse run -q -o $end.jsonl ./app $end) > /dev/null 2>&1; echo "$end: status $?, $(%{whole} $end.jsonl), $(jq -c 'select(.record_type == "summary") | [.exit_status, .signal_name]' $end.jsonl)"; done | FileCheck %s
// EXIT:       [4,2,7,null]
// CHECK:      _exit: status 7, whole: 1 process, 4 calls, 0 exceptions, 2 open, 0 dropped, [7,null]
// CHECK-NEXT: _Exit: status 7, whole: 1 process, 4 calls, 0 exceptions, 2 open, 0 dropped, [7,null]
// CHECK-NEXT: quick_exit: status 7, whole: 1 process, 5 calls, 0 exceptions, 2 open, 0 dropped, [7,null]
// CHECK-NEXT: abort: status 134, whole: 1 process, 4 calls, 0 exceptions, 2 open, 0 dropped, [null,"SIGABRT"]
// CHECK-NEXT: SIGSEGV: status 139, whole: 1 process, 4 calls, 0 exceptions, 2 open, 0 dropped, [null,"SIGSEGV"]
// CHECK-NEXT: SIGFPE: status 136, whole: 1 process, 4 calls, 0 exceptions, 2 open, 0 dropped, [null,"SIGFPE"]
// CHECK-NEXT: SIGABRT: status 134, whole: 1 process, 4 calls, 0 exceptions, 2 open, 0 dropped, [null,"SIGABRT"]
// RUN: jq -r 'select(.stage == "START").function' quick_exit.jsonl | tail -n 1 | FileCheck %s --check-prefix=QUICK
// QUICK: at_quick_exit_too
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

static volatile int sink;

NOINLINE static void step(int n) { sink += n; }

NOINLINE static void at_quick_exit_too(void) { sink = 1; }

NOINLINE static void leave(const char* how) {
  step(1);
  step(2);
  if (strcmp(how, "_exit") == 0) _exit(7);
  if (strcmp(how, "_Exit") == 0) _Exit(7);
  if (strcmp(how, "quick_exit") == 0) quick_exit(7);
  if (strcmp(how, "abort") == 0) abort();
  if (strcmp(how, "SIGSEGV") == 0) *(volatile int*)NULL = 1;
  if (strcmp(how, "SIGFPE") == 0) sink = 7 / (sink - sink);
  raise(SIGABRT);
}

int main(int count, char** arguments) {
  const struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  at_quick_exit(at_quick_exit_too);
  if (count > 1) leave(arguments[1]);
  return 0;
}
