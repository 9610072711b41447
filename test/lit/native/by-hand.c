// What include/glimpse/wire/native.h promises to code that carries its own instrumentation, tried by code that somebody
// wrote by hand: it is recorded under glimpse and linked, runs unharmed without, and what the policy excludes is left
// alone from then on. Registers are kept. A version that the runtime does not know is one line, and unrecorded.
//
// RUN: %gcc -O1 -g -I%include -o %t %s
// RUN: %t
// RUN: echo '{"version": "1.0", "exact_modules": ["*"], "exclude_functions": ["excluded"], "trace_depth": 3}' > %t.json
// RUN: %glimpse run --policy %t.json -o %t.jsonl -- %t traced
// RUN: jq -rc 'select(.stage) | [.stage, .function, .depth]' %t.jsonl | FileCheck %s
// RUN: %{whole} %t.jsonl | FileCheck --check-prefix=WHOLE %s
//
// CHECK:      ["START","recorded",0]
// CHECK-NEXT: ["START","recorded",1]
// CHECK-NEXT: ["START","recorded",2]
// CHECK-NEXT: ["END","recorded",2]
// CHECK-NEXT: ["END","recorded",1]
// CHECK-NEXT: ["END","recorded",0]
// WHOLE: whole: 1 process
//
// RUN: %gcc -O1 -g -DVERSION=99 -I%include -o %t.99 %s
// RUN: %glimpse run --policy %t.json -o %t.99.jsonl -- %t.99 2>%t.99.err
// RUN: FileCheck --check-prefix=UNKNOWN --input-file=%t.99.err %s
// UNKNOWN: glimpse: {{.*}}version
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef VERSION
#define VERSION 1
#endif

struct descriptor {
  volatile uint8_t state;
  uint8_t flags, version, reserved;
  int32_t function, name, module, file;
  uint32_t line;
  uint64_t word;
};
struct object {
  uint32_t version, reserved;
  void (*enter)(struct descriptor*, uint32_t);
  void (*exit)(struct descriptor*, uint32_t);
  void (*unwound)(struct descriptor*, uint32_t);
};

// state 0, flags kNative, version 1, the function's address by distance.
#define DESCRIBED(function)                                                                 \
  extern struct descriptor of_##function;                                                   \
  __asm__(".pushsection glimpse_functions, \"aw\"\n.balign 8\n.globl of_" #function "\nof_" #function \
          ":\n.byte 0, 1, 1, 0\n.long " #function " - .\n.long 0, 0, 0, 0\n.quad 0\n.popsection\n")
DESCRIBED(recorded);
DESCRIBED(excluded);

static struct object object = {.version = VERSION};
extern struct descriptor __start_glimpse_functions[], __stop_glimpse_functions[];
__attribute__((weak)) void glimpse_attach_object(struct object*, struct descriptor*, struct descriptor*);

__attribute__((constructor(101))) static void attach(void) {
  if (glimpse_attach_object) glimpse_attach_object(&object, __start_glimpse_functions, __stop_glimpse_functions);
}

// The call keeps every register.
static inline __attribute__((always_inline)) void hook(void (*call)(struct descriptor*, uint32_t),
                                                       struct descriptor* descriptor) {
  register double kept __asm__("xmm15") = 42.5;
  __asm__ volatile("" : "+x"(kept));
  __asm__ volatile("subq $256, %%rsp\ncall *%0\naddq $256, %%rsp"
                   :
                   : "r"(call), "D"(descriptor), "S"((uint32_t)(uintptr_t)__builtin_return_address(0))
                   : "memory", "cc");
  __asm__ volatile("" : "+x"(kept));
  if (kept != 42.5) abort();
}
#define ENTER(name) \
  if (of_##name.state == 0 && object.enter) hook(object.enter, &of_##name)
#define EXIT(name) \
  if (of_##name.state == 0 && object.enter) hook(object.exit, &of_##name)

__attribute__((noinline)) void recorded(int deeper) {
  ENTER(recorded);
  if (deeper > 0) recorded(deeper - 1);
  EXIT(recorded);
}
__attribute__((noinline)) void excluded(void) {
  ENTER(excluded);
  EXIT(excluded);
}

int main(int count, char** arguments) {
  (void)arguments;
  recorded(3);  // the innermost is beyond the depth, once the policy's is known
  if (count < 2) return object.enter ? 1 : 0;
  for (int i = 0; of_excluded.state == 0 && i < 10000; ++i) {
    excluded();
    usleep(1000);
  }
  return of_excluded.state == 1 && of_recorded.state == 0 ? 0 : 2;
}
