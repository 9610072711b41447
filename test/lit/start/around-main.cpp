// What runs before main and after it is recorded, from the first function of .preinit_array to the last of a library:
// initialisers, constructors and static objects, handlers of exit, thread_local objects, destructors; and the exit status
// is known all the same.
//
// RUN: rm -rf %t && mkdir %t && cd %t && %gcc -O1 -finstrument-functions -shared -fPIC %S/inputs/library.c -Wl,-init,library_init,-fini,library_fini -o liblibrary.so
// RUN: %{trace} %s --flags="-DLIBRARY -L%t -llibrary -Wl,-rpath,%t" --status 3 --jq 'select(.stage == "START" or .record_type == "summary") | .function // .exit_status'
// RUN: %{trace} %s --only gcc,clang-19 --levels=-O2 --ways so,a --flags="-DLIBRARY -L%t -llibrary -Wl,-rpath,%t" --status 3 --jq 'select(.stage == "START" or .record_type == "summary") | .function // .exit_status'
// RUN: %{trace} %s --only gcc,clang-19 --levels=-O2 --ways so,static --prefix STATIC --status 3 --jq 'select(.stage == "START" or .record_type == "summary") | .function // .exit_status'
// RUN: for build in %t.trace/*; do %{whole} $build/trace.jsonl; done | FileCheck %s --check-prefix=WHOLE
// WHOLE-COUNT-12: {{whole: 1 process, [0-9]+ calls, 0 exceptions, 0 open, 0 dropped}}
#include <stdlib.h>

#define NOINLINE __attribute__((noinline))

extern "C" {

volatile int sink;

// CHECK:      "in_preinit"
// CHECK-NEXT: "library_init"
// CHECK-NEXT: "library_constructor"
NOINLINE void in_preinit(int, char**, char**) { sink = 1; }
__attribute__((section(".preinit_array"), used)) void (*preinit)(int, char**, char**) = in_preinit;

// CHECK-NEXT: "constructor_101"
// CHECK-NEXT: "constructor_65000"
NOINLINE __attribute__((constructor(65000))) void constructor_65000() { sink = 3; }
NOINLINE __attribute__((constructor(101))) void constructor_101() { sink = 2; }

NOINLINE void at_exit() { sink = 4; }
NOINLINE void on_exit_too(int, void*) { sink = 5; }


NOINLINE __attribute__((destructor(101))) void destructor_101() { sink = 6; }
NOINLINE __attribute__((destructor(65000))) void destructor_65000() { sink = 7; }
NOINLINE void in_fini_array() { sink = 8; }
__attribute__((section(".fini_array.00050"), used)) void (*fini)() = in_fini_array;

int library(int n);
#ifndef LIBRARY
int library(int n) { return n; }
#endif
}

namespace {

// CHECK: Object::Object(int)"
struct Object {
  NOINLINE explicit Object(int n) { sink = n; }
  NOINLINE ~Object() { sink = 10; }
  NOINLINE int touch() { return sink; }
};
Object object(9);
thread_local Object local(11);

}  // namespace

// CHECK:      "main"
// CHECK:      Object::touch()"
// CHECK-NEXT: "library"
int main() {
  atexit(at_exit);
  on_exit(on_exit_too, nullptr);
  local.touch();
  library(1);
  return 3;
}
// CHECK-NEXT: Object::~Object()"
// CHECK:      "on_exit_too"
// CHECK-NEXT: "at_exit"
// CHECK-NEXT: Object::~Object()"
// CHECK:      "destructor_65000"
// CHECK-NEXT: "destructor_101"
// CHECK-NEXT: "in_fini_array"
// CHECK-NEXT: "library_destructor"
// CHECK-NEXT: "library_fini"
// CHECK-NEXT: {{^3$}}
//
// STATIC:      "in_preinit"
// STATIC-NEXT: "constructor_101"
// STATIC-NEXT: "constructor_65000"
// STATIC:      "main"
// STATIC:      "on_exit_too"
// STATIC-NEXT: "at_exit"
// STATIC:      "destructor_65000"
// STATIC-NEXT: "destructor_101"
// STATIC-NEXT: "in_fini_array"
// STATIC-NEXT: {{^3$}}
