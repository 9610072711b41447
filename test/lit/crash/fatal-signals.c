// A fatal signal is logged with its name, its reason and the stack, and ends the program as it would have.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -g -O0 -fPIE -pie -I%include -finstrument-functions %s -o app
// RUN: for how in segv null-call fpe ill abort trap kill overflow own-handler; do %glimpse run -q -o $how.jsonl ./app $how > $how.out 2> $how.err; echo "$how: $? $(cat $how.out) $(jq -c 'select(.record_type == "log") | [.level, .exception_type, .message]' $how.jsonl)"; done > told
// RUN: FileCheck %s --input-file=told
// CHECK:      segv: 139  ["FATAL","SIGSEGV","invalid address 0x10 (SEGV_MAPERR)"]
// CHECK-NEXT: null-call: 139  ["FATAL","SIGSEGV","invalid address 0x0 (SEGV_MAPERR)"]
// CHECK-NEXT: fpe: 136  ["FATAL","SIGFPE","at 0x{{[0-9a-f]+}} (FPE_INTDIV)"]
// CHECK-NEXT: ill: 132  ["FATAL","SIGILL","at 0x{{[0-9a-f]+}} (ILL_ILLOPN)"]
// CHECK-NEXT: abort: 134  ["FATAL","SIGABRT","sent by the program itself (SI_TKILL)"]
// CHECK-NEXT: trap: 133  ["FATAL","SIGTRAP","{{.*}}"]
// CHECK-NEXT: kill: 139  ["FATAL","SIGSEGV","sent by the program itself (SI_USER)"]
// CHECK-NEXT: overflow: 139  ["FATAL","SIGSEGV","invalid address 0x{{[0-9a-f]+}} (SEGV_{{MAPERR|ACCERR}})"]
// CHECK-NEXT: own-handler: 7 caught ["FATAL","SIGSEGV","invalid address 0x10 (SEGV_MAPERR)"]
// RUN: jq -r 'select(.record_type == "log").stack_trace' segv.jsonl | FileCheck %s --check-prefix=STACK
// RUN: jq -r 'select(.record_type == "log").stack_trace' null-call.jsonl | FileCheck %s --check-prefix=STACK
// STACK: crash
// STACK: main
//
// Linked, and where the program's own handler came later or the hook was taken back.
// RUN: %gcc -g -fPIE -pie -I%include -finstrument-functions %s -o linked %libglimpse -Wl,-rpath,$(dirname %libglimpse) -pthread
// RUN: for how in segv later taken-back; do env GLIMPSE_LOG_PATH=l-$how.jsonl sh -c "./linked $how" > $how.out 2> $how.err; s=$?; for i in $(seq 200); do grep -qs summary l-$how.jsonl && break; sleep 0.1; done; echo "$how: $s $(cat $how.out) $(jq -c 'select(.record_type == "log") | [.level, .exception_type]' l-$how.jsonl)"; done | FileCheck %s --check-prefix=LINKED
// LINKED:      segv: 139  ["FATAL","SIGSEGV"]
// LINKED-NEXT: later: 7 caught {{$}}
// LINKED-NEXT: taken-back: 139  {{$}}
#include <glimpse/api.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern glimpse_api glimpse_api_v1 __attribute__((weak));

static volatile int zero = 0;

static void caught(int signal) {
  (void)signal;
  if (write(1, "caught", 6) != 6) _exit(1);
  _exit(7);
}

static int deeper(int n) {
  volatile char room[4096];
  room[0] = (char)n;
  return deeper(n + 1) + room[0];
}

static void crash(const char* how) {
  void (*volatile nobody)(void) = NULL;
  if (strcmp(how, "null-call") == 0) nobody();
  if (strcmp(how, "fpe") == 0) zero = 100 / zero;
  if (strcmp(how, "ill") == 0) __asm__ volatile("ud2");
  if (strcmp(how, "abort") == 0) abort();
  if (strcmp(how, "trap") == 0) __asm__ volatile("int3");
  if (strcmp(how, "kill") == 0) kill(getpid(), SIGSEGV);
  if (strcmp(how, "overflow") == 0) deeper(0);
  *(volatile int*)0x10 = 1;
}

int main(int count, char** words) {
  const char* how = count > 1 ? words[1] : "segv";
  if (strcmp(how, "own-handler") == 0) signal(SIGSEGV, caught);
  if (!glimpse_api_v1.install_signal_hook().ok || !glimpse_api_v1.install_signal_hook().ok) return 1;
  if (strcmp(how, "later") == 0) signal(SIGSEGV, caught);
  if (strcmp(how, "taken-back") == 0) glimpse_api_v1.uninstall_signal_hook();
  crash(how);
  return 0;
}
