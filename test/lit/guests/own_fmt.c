// A program with a libfmt.so.9 of its own, which is no libfmt, and with functions in the executable that are called as
// those of libfmt are: glimpse has the library's name in its own process alone, so neither sees the other's.
//
// RUN: rm -rf %t && mkdir -p %t/own && cd %t && %gcc -O1 -shared -fPIC -DIN_LIBRARY %s -Wl,-soname,libfmt.so.9 -o own/libfmt.so.9
// RUN: %gcc -O1 -finstrument-functions -rdynamic %s own/libfmt.so.9 -Wl,-rpath,$PWD/own -o app
// RUN: %gcc -O1 -finstrument-functions -rdynamic %s own/libfmt.so.9 %libglimpse -Wl,-rpath,$PWD/own:$(dirname %libglimpse) -o linked
// RUN: echo '{"version": "1.0", "package_trees": ["*"]}' > glimpse-policy.json
// RUN: %python %S/../sameness/inputs/same.py --glimpse %glimpse --plain app --preloaded app --linked linked | FileCheck %s
// RUN: for run in preloaded linked; do %{whole} $run-run/glimpse.jsonl; done | FileCheck %s --check-prefix=WHOLE
// CHECK: {{^}}same{{$}}
// WHOLE-COUNT-2: whole: 1 process, 102 calls, 0 exceptions, 0 open, 0 dropped
#include <stdio.h>
#include <stdlib.h>

#define CLASHES(function, symbol) \
  void function(void) __asm__(symbol); \
  void function(void) { own(#function); }

#ifdef IN_LIBRARY
void own(const char* name) {
  fprintf(stderr, "%s of the program's own library was called\n", name);
  abort();
}
int answer(void) { return 42; }
CLASHES(throws, "_ZN3fmt2v96detail18throw_format_errorEPKc")
CLASHES(prints, "_ZN3fmt2v96detail12is_printableEj")
#else
void own(const char* name);
int answer(void);
CLASHES(formats,
        "_ZN3fmt2v97vformatB5cxx11ENS0_17basic_string_viewIcEENS0_17basic_format_argsINS0_20basic_format_contextINS0_8appenderEcEEEE")
CLASHES(points, "_ZN3fmt2v96detail18decimal_point_implIcEET_NS1_10locale_refE")

__attribute__((noinline)) static int step(int n) { return n + 1; }

int main(void) {
  int sum = answer();
  for (int i = 0; i < 100; ++i) sum = step(sum);
  printf("%d\n", sum);
  return sum == 142 ? step(4) : 1;
}
#endif
