// What a compiler plugin asks for before and after the hooks is in the records: with the calls it belongs to, and with no
// others. Without glimpse nothing is called.
//
// RUN: %{trace} %s --ways run,so,a,static --policy '{"trace_depth": 3, "exclude_functions": ["hidden"], "rules": [{"capture": ["args", "result"]}]}'
// RUN: %t.trace/gcc-O0-run/app
// RUN: %{trace} %s --policy '{"trace_depth": 3, "exclude_functions": ["hidden"], "rules": [{"capture": ["args", "result"]}]}' --recorded
// RUN: %{trace} %s --policy '{"trace_depth": 3, "exclude_functions": ["hidden"], "rules": [{"capture": ["args", "result"]}]}' --env GLIMPSE_MAX_FIELD_LENGTH=8 --prefix CUT
//
// RUN: %{trace} %s --policy '{"trace_depth": 3, "exclude_functions": ["hidden"], "rules": [{"capture": ["args", "result"]}]}' --env GLIMPSE_RECORDS=calls --ways run,so --prefix WHOLE
//
// CHECK:      START down (n=3, who="main")
// CHECK-NEXT:   START down (n=2, who="down")
// CHECK-NEXT:     START down (n=1, who="down")
// CHECK-NEXT:     END down -> 1
// CHECK-NEXT:   END down -> 2
// CHECK-NEXT: END down -> 3
// CHECK-NEXT: START down (n=0, who=0x8)
// CHECK-NEXT: END down -> 0
// CHECK-NEXT: START jumps (n=7, who="\"\\\n")
// CHECK-NEXT:   START down (n=0, who="jumps")
// CHECK-NEXT:   END down{{$}}
// CHECK-NEXT: END jumps -> 7
// CHECK-NOT:  hidden
//
// WHOLE:      CALL down (n=1, who="down") -> 1
// WHOLE-NEXT:   CALL down (n=2, who="down") -> 2
// WHOLE-NEXT: CALL down (n=3, who="main") -> 3
// WHOLE-NEXT: CALL down (n=0, who=0x8) -> 0
// WHOLE-NEXT:   CALL down (n=0, who="jumps"){{$}}
// WHOLE-NEXT: CALL jumps (n=7, who="\"\\\n") -> 7
// WHOLE-NOT:  hidden
//
// CUT:      START down (n=3, who)
// CUT-NEXT:   START down (n=2, who)
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

struct value {
  int32_t name, detail;
  uint8_t kind, bytes, flags, words;
  uint32_t reserved;
};
static const struct {
  uint32_t version, count;
  struct value values[2];
  char n[2], who[4];
} arguments = {1, 2, {{32, 0, 2, 4, 0, 1, 0}, {18, 0, 8, 8, 0, 1, 0}}, "n", "who"};
_Static_assert(offsetof(__typeof__(arguments), n) == 8 + 32, "distances");
static const struct {
  uint32_t version, count;
  struct value values[1];
} result = {1, 1, {{0, 0, 2, 4, 0, 1, 0}}};

#define PLAIN __attribute__((no_instrument_function, noinline, noclone))
extern __attribute__((weak)) void glimpse_capture_args(const void*, const void*, const uint64_t*);
extern __attribute__((weak)) void glimpse_capture_result(const void*, const void*, const uint64_t*);
void __cyg_profile_func_enter(void*, void*);
void __cyg_profile_func_exit(void*, void*);

#define ENTER(function, n, who)                                                         \
  const uint64_t words[2] = {(uint64_t)(n) | 0xdead00000000, (uintptr_t)(who)};         \
  if (glimpse_capture_args) glimpse_capture_args((void*)function, &arguments, words);   \
  __cyg_profile_func_enter((void*)function, __builtin_return_address(0))
#define LEAVE(function, n)                                                              \
  const uint64_t word = (n);                                                            \
  if (glimpse_capture_result) glimpse_capture_result((void*)function, &result, &word);  \
  __cyg_profile_func_exit((void*)function, __builtin_return_address(0))

static jmp_buf target;

PLAIN int hidden(int n, const char* who) {
  ENTER(hidden, n, who);
  LEAVE(hidden, n);
  return n;
}

PLAIN int down(int n, const char* who) {
  ENTER(down, n, who);
  if (n == 0 && who[0] == 'j') longjmp(target, 1);
  if (n > 0) down(n - 1, "down");
  hidden(n, "down");
  LEAVE(down, n);
  return n;
}

PLAIN int jumps(int n, const char* who) {
  ENTER(jumps, n, who);
  if (setjmp(target) == 0) down(0, "jumps");
  LEAVE(jumps, n);
  return n;
}

PLAIN int main(void) {
  down(3, "main");
  const char* volatile wild = (const char*)8;
  {
    const char* who = wild;
    ENTER(down, 0, who);
    LEAVE(down, 0);
  }
  return jumps(7, "\"\\\n") - 7;
}
